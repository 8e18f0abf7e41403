/** What the disk threw in; what it means in a few words, without its code and the path, out. */
import { getSystemErrorMap } from 'node:util';
import { messageOf } from '../shared/errors.ts';

/** `no such file or directory`, where Node's own message is `ENOENT: no such file or directory, open '...'`. */
export const systemFaultText = (thrown: unknown): string => {
  const number = thrown instanceof Error && 'errno' in thrown ? thrown.errno : undefined;
  const [, text] = (typeof number === 'number' && getSystemErrorMap().get(number)) || [];
  return text ?? messageOf(thrown);
};

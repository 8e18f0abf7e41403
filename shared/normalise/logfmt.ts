/** A logrus text line in, its keys and values out. */
import { unquoted } from './klog.ts';

/** `key=value`, the value quoted by Go's %q where it holds anything unusual, and bare nothing where it is empty. */
const pair = /([A-Za-z_][\w.-]*)=(?:"((?:[^"\\]|\\.)*)"|(\S*))(?:\s+|$)/y;

/** Undefined where the line is not such a list of pairs from its beginning on. */
export const logfmtOf = (line: string): Readonly<Record<string, string>> | undefined => {
  const fields: Record<string, string> = Object.create(null);
  pair.lastIndex = 0;
  for (let match = pair.exec(line); match; match = pair.exec(line)) {
    const [, key, quoted, bare] = match;
    if (key !== undefined && !(key in fields))
      fields[key] = quoted === undefined ? (bare ?? '') : unquoted(quoted);
    if (pair.lastIndex >= line.length) break;
  }
  return Object.keys(fields).length === 0 ? undefined : { ...fields };
};

/** What collectors and relays put around a record, in: container log lines, `_raw`, a bare `data`; the record out. */
import { isObject, textOf } from '../schema/json.ts';
import type { Envelope } from './envelope.ts';

export const openWrapper: Envelope = (value, decoding, origin, open) => {
  // Container runtimes and Fluent Bit write `log`, Cribl writes `_raw`, SNS to a queue writes `Message`.
  const text =
    textOf(value.log) ??
    textOf(value._raw) ??
    (value.Type === 'Notification' ? textOf(value.Message) : undefined);
  const content = isObject(value.data) ? value.data : text;
  if (content === undefined) return false;
  decoding.batch();
  open(content, origin);
  return true;
};

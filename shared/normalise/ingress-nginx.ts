/** One access line of ingress-nginx or nginx in, one event of kind http out. */
import type { Outcome } from '../schema/audit-event.ts';
import { type AccessLine, accessLineOf } from './access-line.ts';
import { originOf } from './audit.ts';
import { unwrapped } from './log-entry.ts';
import { nativeEvent } from './native-event.ts';
import type { Normaliser } from './normaliser.ts';
import { rejectionOf } from './rejection.ts';
import { epochOf, epochOfCommonLogTime } from './time.ts';

/** The user name of basic authentication is what the client sent, right or wrong: it stays in `native` and is no actor. */
export const fromIngressNginx: Normaliser = (record) => {
  const { text, origin, id, timeText } = unwrapped(record);
  const line = text === undefined ? undefined : accessLineOf(text);
  if (!line) return rejectionOf(record, 'unreadable', 'expected an access line', text);
  const { fields } = line;
  return nativeEvent({
    id,
    time: epochOfCommonLogTime(fields.time_local) ?? epochOf(timeText) ?? record.time,
    timeText: fields.time_local,
    kind: 'http',
    origin: originOf(record, origin, line.truncated),
    client: { ips: [fields.remote_addr], userAgent: fields.http_user_agent },
    action: { verb: fields.request_method, uri: fields.request_uri },
    target: { name: fields.proxy_upstream_name },
    outcome: outcomeOf(fields),
    native: fields,
  });
};

/** nginx writes 000 where it closed a connection without an answer. */
const outcomeOf = ({ status }: AccessLine['fields']): Outcome => {
  if (status === undefined || status < 100 || status > 599) return { result: 'unknown' };
  return { result: status < 400 ? 'success' : 'failure', code: status };
};

/** An event in; the command line it ran or asked to run, word by word and as one line, out. */
import type { AuditEvent } from '../../schema/audit-event.ts';
import type { JsonObject } from '../../schema/json.ts';

/** An API server logs a command for an exec alone; records of other kinds may always name one. */
export const canRunCommand = (event: AuditEvent): boolean =>
  event.audit === undefined || event.target.subresource === 'exec';

/** `command`: words; line. */
export const commandViewOf = (event: AuditEvent): JsonObject | undefined => {
  const words = event.action.command;
  return words === undefined ? undefined : { words, line: words.join(' ') };
};

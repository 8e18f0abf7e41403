/** An event in; the command line it ran or asked to run, word by word and as one line, out. */
import type { AuditEvent } from '../../schema/audit-event.ts';
import type { JsonObject } from '../../schema/json.ts';

/** `command`: words; line. */
export const commandViewOf = (event: AuditEvent): JsonObject | undefined => {
  const words = event.action.command;
  return words === undefined ? undefined : { words, line: words.join(' ') };
};

/** A log file in, its events and the alerts of the built-in rules out, as `klaxon scan` would give them. */
import { createReadStream } from 'node:fs';
import { readDocuments } from '../../functions/documents.ts';
import { loadRules } from '../../functions/local/rule-files.ts';
import type { Alert } from '../../shared/alert/alert.ts';
import { createInvestigation } from '../../shared/alert/investigation.ts';
import { decodeDocument } from '../../shared/decode/decode.ts';
import { defaultLimits } from '../../shared/decode/decoding.ts';
import { emptyAccount, nothingSeen, processDelivery } from '../../shared/pipeline.ts';
import type { AuditEvent } from '../../shared/schema/audit-event.ts';
import { memoryState } from '../../shared/state/memory-state.ts';

export interface Recording {
  readonly events: readonly AuditEvent[];
  readonly alerts: readonly Alert[];
}

const { rules } = loadRules({ rules: [], sigma: [], builtin: true });

/** Without `suppress` every matching event is an alert of its own. */
export const recordingOf = async (paths: readonly string[], suppress: boolean): Promise<Recording> => {
  const events: AuditEvent[] = [];
  const now = () => 0;
  const investigation = createInvestigation({ rules, state: memoryState(now), now, suppress });
  for (const path of paths) {
    const seen = nothingSeen();
    await readDocuments(
      createReadStream(path),
      defaultLimits.maxBytes,
      (document) => {
        const decoded = decodeDocument(document, { location: { path, line: document.line } });
        processDelivery(decoded, seen, emptyAccount(), {
          onEvent: (event) => {
            events.push(event);
            investigation.take(event);
          },
        });
      },
      () => undefined,
    );
  }
  await investigation.settle();
  return { events, alerts: await investigation.alerts() };
};

/** Log files and folders in, its events and the alerts of the built-in rules out, as `klaxon scan` would give them. */
import { readDocuments } from '../../functions/documents.ts';
import { inputsOf, type ReadFault } from '../../functions/local/read.ts';
import { loadRules } from '../../functions/local/rule-files.ts';
import type { Alert } from '../../shared/alert/alert.ts';
import { createInvestigation } from '../../shared/alert/investigation.ts';
import { decodeDocument } from '../../shared/decode/decode.ts';
import { defaultLimits } from '../../shared/decode/decoding.ts';
import { KlaxonError } from '../../shared/errors.ts';
import { emptyAccount, nothingSeen, processDelivery } from '../../shared/pipeline.ts';
import type { AuditEvent } from '../../shared/schema/audit-event.ts';
import { memoryState } from '../../shared/state/memory-state.ts';

export interface Recording {
  readonly events: readonly AuditEvent[];
  readonly alerts: readonly Alert[];
}

const { rules } = loadRules({ rules: [], sigma: [], builtin: true });

/**
 * Without `suppress` every matching event is an alert of its own.
 * @throws KlaxonError where a file or folder cannot be read.
 */
export const recordingOf = async (paths: readonly string[], suppress: boolean): Promise<Recording> => {
  const events: AuditEvent[] = [];
  const now = () => 0;
  const investigation = createInvestigation({ rules, state: memoryState(now), now, suppress });
  const faults: ReadFault[] = [];
  for await (const { path, open } of inputsOf(paths, faults)) {
    const seen = nothingSeen();
    await readDocuments(
      open(),
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
  for (const { path, message } of faults)
    throw new KlaxonError('delivery', `cannot read ${path}: ${message}`);
  await investigation.settle();
  return { events, alerts: await investigation.alerts() };
};

/** Events at their times, and the ways in which they may reach correlations. */
import { createCorrelator } from '../../../shared/detect/correlation/correlator.ts';
import type { Incident } from '../../../shared/detect/correlation/incident.ts';
import { createDetector } from '../../../shared/detect/detect.ts';
import type { Rule } from '../../../shared/detect/rule.ts';
import type { StateStore } from '../../../shared/ports.ts';
import type { AuditEvent } from '../../../shared/schema/audit-event.ts';
import type { JsonObject } from '../../../shared/schema/json.ts';
import { memoryState } from '../../../shared/state/memory-state.ts';
import { auditEvent } from '../events.ts';
import { loadedSet } from '../sigma/loading.ts';

export const start = Date.UTC(2026, 0, 2, 3, 0, 0);

/** An audit event so many seconds from the beginning. Events that are told the same are still two. */
let made = 0;
export const at = (seconds: number, record: JsonObject = {}): AuditEvent => {
  const event = auditEvent({ f: 'x', ...record });
  made++;
  return { ...event, id: `e${made}`, time: start + seconds * 1000 };
};

/** Rules named `a`, `b` and `c`, that hold where the field `f` says so, below a correlation. */
export const correlated = (correlation: string, more = ''): readonly Rule[] => {
  const base = ['a', 'b', 'c'].map(
    (name) =>
      `---\ntitle: ${name}\nname: ${name}\nlogsource: { product: kubernetes }\ndetection: { sel: { f: ${name === 'a' ? '[x, a]' : name} }, condition: sel }\n`,
  );
  const set = loadedSet(`title: top\nname: top\ncorrelation: ${correlation}\n${more}\n${base.join('')}`);
  if (set.problems.length > 0) throw new Error(set.problems.map(({ message }) => message).join('\n'));
  return set.rules;
};

export interface Replay {
  readonly state?: StateStore;
  readonly suppress?: boolean;
  readonly now?: number;
}

/** Deliveries one after the other, each in a process of its own, over one memory. */
export const replayed = async (
  rules: readonly Rule[],
  deliveries: readonly (readonly AuditEvent[])[],
  { now = start, state = memoryState(() => now), suppress = false }: Replay = {},
): Promise<readonly Incident[]> => {
  const incidents: Incident[] = [];
  for (const events of deliveries) {
    const correlator = createCorrelator(rules, { state, now: () => now, suppress });
    const detector = createDetector(rules);
    for (const event of events) for (const finding of detector.findingsFor(event)) correlator.take(finding);
    incidents.push(...(await correlator.settle()));
  }
  return incidents;
};

/** Seconds from the beginning at which the correlation `top` held. */
export const firedAt = async (
  rules: readonly Rule[],
  events: readonly AuditEvent[],
): Promise<readonly number[]> =>
  (await replayed(rules, [events]))
    .filter(({ rule }) => rule.id === 'top')
    .map(({ time }) => (time - start) / 1000);

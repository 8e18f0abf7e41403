/** A case of a rule's twin in; whether the rule does what the case says, out. */

import type { AuditEvent } from '../schema/audit-event.ts';
import type { JsonObject, JsonValue } from '../schema/json.ts';
import { isObject } from '../schema/json.ts';
import { memoryState } from '../state/memory-state.ts';
import { heardBy } from './correlation/correlation.ts';
import { createCorrelator } from './correlation/correlator.ts';
import { createDetector } from './detect.ts';
import type { Enricher } from './enrich/enricher.ts';
import { noAbilities } from './enrich/facts.ts';
import type { Rule } from './rule.ts';
import { type EventLibrary, eventOf, type TwinCase, type TwinStep } from './twin.ts';

/** The rule and those it may hear of, as they read where lists hold these values. */
export type RulesWithLists = (rule: Rule, lists: ReadonlyMap<string, readonly string[]>) => readonly Rule[];

/** What went wrong with a case, or undefined where it holds. `rules` are those that a correlation may hear of. */
export const faultOf = async (
  twinCase: TwinCase,
  rule: Rule,
  rules: readonly Rule[],
  library: EventLibrary,
  withLists: RulesWithLists,
): Promise<string | undefined> => {
  const read = twinCase.lists.size > 0 ? withLists(rule, twinCase.lists) : rules;
  const meant = twinCase.lists.size > 0 ? read.find(({ id }) => id === rule.id) : rule;
  if (!meant) return 'with the lists of this case the rule does not load';
  const found = rule.correlation
    ? await correlated(twinCase, meant, read, library)
    : matched(twinCase, meant, library);
  if (typeof found === 'string') return found;
  if (found.length > 0 !== twinCase.fires)
    return twinCase.fires ? 'expected to fire, but is silent' : 'expected silence, but fires';
  const [first] = found;
  return first && twinCase.severity !== undefined && first.severity !== twinCase.severity
    ? `expected severity ${twinCase.severity}, found ${first.severity}`
    : undefined;
};

type Found = readonly Pick<Rule, 'severity'>[];

const matched = (twinCase: TwinCase, rule: Rule, library: EventLibrary): Found | string => {
  const event = eventOf(twinCase, library);
  return typeof event === 'string'
    ? event
    : createDetector([rule], detectorOptions(twinCase)).findingsFor(event);
};

/** Every address of a case is the one that it tells something of. */
const detectorOptions = ({ caller }: Pick<TwinCase, 'caller'>): { readonly enricher?: Enricher } =>
  caller ? { enricher: { abilities: noAbilities, fieldsOf: () => ({ ...caller }) } } : {};

/** The day on which every case begins. */
const beginning = Date.UTC(2026, 0, 2, 3, 4, 5);

const correlated = async (
  { steps, tick, event, with: changes, caller }: TwinCase,
  rule: Rule,
  rules: readonly Rule[],
  library: EventLibrary,
): Promise<Found | string> => {
  const heard = heardAlso(rule, rules);
  let facts = caller;
  const isEnriched = [caller, ...steps.map((step) => step.caller)].some((told) => told !== undefined);
  const enricher: Enricher | undefined = isEnriched
    ? { abilities: noAbilities, fieldsOf: () => ({ ...facts }) }
    : undefined;
  const detector = createDetector(heard, { enricher });
  let now = beginning;
  const clock = () => now;
  const state = memoryState(clock);
  const correlator = createCorrelator(heard, { state, now: clock, suppress: true, enricher });
  const usual: TwinStep = { event, with: changes, at: 0, repeat: 1, every: 1 };
  const told = (steps.length > 0 ? steps : [usual]).flatMap((step, place) =>
    Array.from({ length: step.repeat }, (_, at) => ({
      step: numbered(step, at + 1),
      name: `${place}-${at}`,
      time: beginning + (step.at + at * step.every) * 1000,
    })),
  );
  for (const { step, name, time } of told) {
    const result = eventOf(step, library);
    if (typeof result === 'string') return result;
    now = Math.max(now, time);
    facts = step.caller ?? caller;
    for (const finding of detector.findingsFor(placed(result, name, time))) correlator.take(finding);
  }
  const incidents = [...(await correlator.settle())];
  if (tick !== undefined) {
    now = beginning + tick * 1000;
    incidents.push(...(await correlator.tick()));
  }
  return incidents.filter((incident) => incident.rule.id === rule.id).map((incident) => incident.rule);
};

/** The rule and all that it hears of, however far below. */
const heardAlso = (rule: Rule, rules: readonly Rule[]): readonly Rule[] => {
  const heard = new Map([[rule.id, rule]]);
  const visit = ({ correlation }: Rule): void => {
    for (const input of correlation ? heardBy(correlation) : []) {
      const below = rules.find(({ id }) => id === input.rule);
      if (!below || heard.has(below.id)) continue;
      heard.set(below.id, below);
      visit(below);
    }
  };
  visit(rule);
  return [...heard.values()];
};

/** The event at its time, as one of its own: base events share an id. */
const placed = (event: AuditEvent, name: string, time: number): AuditEvent => ({
  ...event,
  id: `${event.id}-${name}`,
  time,
  ...(event.audit ? { audit: { ...event.audit, auditID: `${name}-${event.audit.auditID ?? ''}` } } : {}),
});

const numbered = (step: TwinStep, n: number): TwinStep => ({
  ...step,
  with: counted(step.with, n) as JsonObject,
});

const counted = (value: JsonValue | undefined, n: number): JsonValue | undefined => {
  if (typeof value === 'string') return value.replaceAll('{n}', String(n));
  if (Array.isArray(value)) return value.map((member) => counted(member as JsonValue, n) ?? null);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, counted(member, n)]));
};

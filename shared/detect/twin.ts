/** A rule's twin (`<id>.test.yml`) in; for each of its cases whether the rule does what the case says, out. */
import { decode } from '../decode/decode.ts';
import type { RuleProblem } from '../errors.ts';
import { isEvent, normalise } from '../normalise/normalise.ts';
import type { AuditEvent } from '../schema/audit-event.ts';
import {
  isObject,
  type JsonObject,
  type JsonValue,
  listOf,
  objectOf,
  textOf,
  textsOf,
} from '../schema/json.ts';
import { type Severity, severities } from '../schema/severity.ts';
import { type YamlDocument, yamlOf } from '../schema/yaml.ts';
import type { AddressFacts } from './enrich/facts.ts';
import { secondsOf } from './sigma/duration.ts';
import { carried } from './twin-carrier.ts';

export interface TwinEvent {
  /** `<carrier>/<event>`, such as `eks/pod-exec`. */
  readonly event: string;
  /** Paths into the event and what stands there in this case; null takes the field away. */
  readonly with: JsonObject;
}

/** One of the events of a correlation's case, or several like it. */
export interface TwinStep extends TwinEvent {
  /** When it happens, seconds from the case's beginning. */
  readonly at: number;
  /** So many of it, in which `{n}` in a text of `with` counts from 1. */
  readonly repeat: number;
  /** Seconds between one and the next. */
  readonly every: number;
  /** What the enrichment tells of this one's address, where it is not what the case says. */
  readonly caller?: CallerFacts | undefined;
}

export interface TwinCase extends TwinEvent {
  readonly name: string;
  /** Of a correlation: what happens, in any order. Then `event` is the first of them. */
  readonly steps: readonly TwinStep[];
  /** Seconds from the beginning to a look at what has fallen silent, where the case has one. */
  readonly tick?: number | undefined;
  /** What the enrichment tells of the caller's address, where the case says it. */
  readonly caller?: CallerFacts | undefined;
  /** What lists of `rules/lists/` hold in this case, in place of what they hold otherwise. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
  readonly fires: boolean;
  /** The severity of the finding, where the case states one. */
  readonly severity?: Severity | undefined;
  readonly position: { readonly path: string; readonly line: number; readonly column: number };
}

/** Facts, and the names of the IP lists that hold the address. */
export type CallerFacts = AddressFacts & { readonly lists?: readonly string[] };

export interface Twin {
  readonly cases: readonly TwinCase[];
  readonly problems: readonly RuleProblem[];
}

const knownKeys = new Set([
  'case',
  'event',
  'with',
  'events',
  'tick',
  'caller',
  'lists',
  'fires',
  'severity',
]);
const stepKeys = new Set(['event', 'with', 'at', 'repeat', 'every', 'caller']);

export const twinOf = (path: string, text: string): Twin => {
  const { documents, problems } = yamlOf(path, text);
  const found: RuleProblem[] = [...problems];
  const cases = documents.flatMap((document) => casesOf(document, found));
  return { cases, problems: found };
};

const casesOf = (document: YamlDocument, problems: RuleProblem[]): readonly TwinCase[] => {
  if (!Array.isArray(document.value)) {
    problems.push({ ...document.positionOf([]), message: 'expected a list of cases' });
    return [];
  }
  return document.value.flatMap((item: JsonValue, at): readonly TwinCase[] => {
    const fault = faultIn(item);
    if (fault !== undefined || !isObject(item)) {
      problems.push({ ...document.positionOf([at]), message: fault ?? 'expected a map' });
      return [];
    }
    const severity = severities.find((word) => word === item.severity);
    const steps = listOf(item.events).flatMap((step) => (isObject(step) ? [stepOf(step)] : []));
    return [
      {
        name: String(item.case),
        ...(steps[0] ?? eventIn(item)),
        steps,
        tick: item.tick === undefined ? undefined : secondsIn(item.tick),
        caller: isObject(item.caller) ? (item.caller as CallerFacts) : undefined,
        lists: new Map(
          Object.entries(objectOf(item.lists) ?? {}).map(([name, values]) => [name, textsOf(values)]),
        ),
        fires: item.fires === true,
        severity,
        position: document.positionOf([at]),
      },
    ];
  });
};

const eventIn = (item: JsonObject): TwinEvent => ({
  event: String(item.event),
  with: isObject(item.with) ? item.with : {},
});

const stepOf = (step: JsonObject): TwinStep => ({
  ...eventIn(step),
  at: secondsIn(step.at ?? 0) ?? 0,
  repeat: typeof step.repeat === 'number' ? step.repeat : 1,
  every: secondsIn(step.every ?? '1s') ?? 1,
  caller: isObject(step.caller) ? (step.caller as CallerFacts) : undefined,
});

/** `90s`, `1h`, or nothing but 0. */
const secondsIn = (value: JsonValue): number | undefined => (value === 0 ? 0 : secondsOf(String(value)));

const faultInStep = (step: JsonValue): string | undefined => {
  if (!isObject(step) || textOf(step.event)?.includes('/') !== true)
    return 'each of "events" has an "event": <carrier>/<event>, such as eks/pod-exec';
  const unknown = Object.keys(step).find((key) => !stepKeys.has(key));
  if (unknown !== undefined) return `unknown key "${unknown}"; known are ${[...stepKeys].join(', ')}`;
  const times = [step.at ?? 0, step.every ?? '1s'];
  if (times.some((time) => secondsIn(time) === undefined))
    return '"at" and "every" are times such as 30s or 8d';
  const isCount = step.repeat === undefined || (Number.isInteger(step.repeat) && Number(step.repeat) > 0);
  return isCount ? faultInCaller(step.caller) : '"repeat" is a positive whole number';
};

const faultIn = (item: JsonValue): string | undefined => {
  if (!isObject(item)) return 'expected a map of case, event, with and fires';
  const unknown = Object.keys(item).find((key) => !knownKeys.has(key));
  if (unknown !== undefined) return `unknown key "${unknown}"; known are ${[...knownKeys].join(', ')}`;
  if (textOf(item.case) === undefined) return '"case" is missing';
  if (item.tick !== undefined && secondsIn(item.tick) === undefined) return '"tick" is a time such as 2h';
  if (item.events !== undefined) {
    if (!Array.isArray(item.events) || item.events.length === 0) return '"events" is a list of events';
    const fault = item.events.map(faultInStep).find((found) => found !== undefined);
    if (fault !== undefined) return fault;
  } else if (textOf(item.event)?.includes('/') !== true)
    return '"event" is missing: <carrier>/<event>, such as eks/pod-exec';
  if (typeof item.fires !== 'boolean') return '"fires" is missing: true or false';
  return faultInCaller(item.caller) ?? faultInLists(item.lists);
};

const isText: Check = (value) => typeof value === 'string';
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);
type Check = (value: unknown) => boolean;

const callerChecks: Readonly<Record<keyof CallerFacts, Check>> = {
  country: isText,
  asn: Number.isInteger,
  organization: isText,
  anonymous: (value) => value === true,
  anonymizers: isTexts,
  lists: isTexts,
};

const faultInCaller = (caller: JsonValue | undefined): string | undefined => {
  const known = Object.entries(callerChecks);
  const isRight =
    caller === undefined ||
    (isObject(caller) &&
      Object.entries(caller).every(([key, value]) =>
        known.some(([name, check]) => name === key && check(value)),
      ));
  return isRight
    ? undefined
    : '"caller" is a map of country, asn (a number), organization, anonymous (true), anonymizers and lists (lists of texts)';
};

const faultInLists = (lists: JsonValue | undefined): string | undefined =>
  lists === undefined || (isObject(lists) && Object.values(lists).every(isTexts))
    ? undefined
    : '"lists" is a map from the names of lists to lists of texts';

/** Finds a base event by its name. */
export type EventLibrary = (name: string) => JsonObject | undefined;

/** The case's event as it comes out of its carrier; a text says why there is none. */
export const eventOf = (twinCase: TwinEvent, library: EventLibrary): AuditEvent | string => {
  const [carrier = '', ...name] = twinCase.event.split('/');
  const base = library(name.join('/'));
  if (!base) return `no event is named "${name.join('/')}"`;
  const delivery = carried(carrier, changed(base, twinCase.with));
  if (delivery === undefined) return `no carrier is named "${carrier}"`;
  const { records, rejections } = decode(delivery);
  const [record] = records;
  if (!record)
    return `the event cannot be read: ${rejections[0]?.detail ?? 'nothing came out of its carrier'}`;
  const result = normalise(record);
  return isEvent(result)
    ? result
    : `the event cannot be read: ${typeof result === 'string' ? result : result.detail}`;
};

/** The base with each path set; the base itself is left as it is. */
export const changed = (base: JsonObject, changes: JsonObject): JsonObject => {
  const copy = structuredClone(base) as Record<string, JsonValue | undefined>;
  for (const [path, value] of Object.entries(changes)) set(copy, stepsOf(path), value ?? null);
  return copy;
};

/** `a.b.0.c`, or `/a/b.c/0` where a key holds a dot (`~1` is a slash in a key, as in JSON pointers). */
const stepsOf = (path: string): readonly string[] =>
  path.startsWith('/')
    ? path
        .slice(1)
        .split('/')
        .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    : path.split('.');

type Holder = { [key: string]: JsonValue | undefined };

const set = (root: Holder, steps: readonly string[], value: JsonValue): void => {
  let holder = root;
  for (const [at, step] of steps.slice(0, -1).entries()) {
    const next = Object.hasOwn(holder, step) ? holder[step] : undefined;
    if (typeof next === 'object' && next !== null) holder = next as Holder;
    else {
      const made = /^\d+$/.test(steps[at + 1] ?? '') ? [] : {};
      put(holder, step, made);
      holder = made as Holder;
    }
  }
  const last = steps.at(-1) ?? '';
  if (value === null) delete holder[last];
  else put(holder, last, value);
};

/** As a property of its own, even where its name is `__proto__`. */
const put = (holder: Holder, key: string, value: JsonValue): void => {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
};

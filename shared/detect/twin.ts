/** A rule's twin (`<id>.test.yml`) in; for each of its cases whether the rule does what the case says, out. */
import { decode } from '../decode/decode.ts';
import type { RuleProblem } from '../errors.ts';
import { isEvent, normalise } from '../normalise/normalise.ts';
import type { AuditEvent } from '../schema/audit-event.ts';
import { isObject, type JsonObject, type JsonValue, textOf } from '../schema/json.ts';
import { type Severity, severities } from '../schema/severity.ts';
import { type YamlDocument, yamlOf } from '../schema/yaml.ts';
import { createDetector } from './detect.ts';
import type { Rule } from './rule.ts';
import { carried } from './twin-carrier.ts';

export interface TwinCase {
  readonly name: string;
  /** `<carrier>/<event>`, such as `eks/pod-exec`. */
  readonly event: string;
  /** Paths into the event and what stands there in this case; null takes the field away. */
  readonly with: JsonObject;
  readonly fires: boolean;
  /** The severity of the finding, where the case states one. */
  readonly severity?: Severity | undefined;
  readonly position: { readonly path: string; readonly line: number; readonly column: number };
}

export interface Twin {
  readonly cases: readonly TwinCase[];
  readonly problems: readonly RuleProblem[];
}

const knownKeys = new Set(['case', 'event', 'with', 'fires', 'severity']);

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
    return [
      {
        name: String(item.case),
        event: String(item.event),
        with: isObject(item.with) ? item.with : {},
        fires: item.fires === true,
        severity,
        position: document.positionOf([at]),
      },
    ];
  });
};

const faultIn = (item: JsonValue): string | undefined => {
  if (!isObject(item)) return 'expected a map of case, event, with and fires';
  const unknown = Object.keys(item).find((key) => !knownKeys.has(key));
  if (unknown !== undefined) return `unknown key "${unknown}"; known are ${[...knownKeys].join(', ')}`;
  if (textOf(item.case) === undefined) return '"case" is missing';
  if (textOf(item.event)?.includes('/') !== true)
    return '"event" is missing: <carrier>/<event>, such as eks/pod-exec';
  if (typeof item.fires !== 'boolean') return '"fires" is missing: true or false';
  return undefined;
};

/** Finds a base event by its name. */
export type EventLibrary = (name: string) => JsonObject | undefined;

/** What went wrong with a case, or undefined where it holds. */
export const faultOf = (twinCase: TwinCase, rule: Rule, library: EventLibrary): string | undefined => {
  const event = eventOf(twinCase, library);
  if (typeof event === 'string') return event;
  const [finding] = createDetector([rule]).findingsFor(event);
  if ((finding !== undefined) !== twinCase.fires)
    return twinCase.fires ? 'expected to fire, but is silent' : 'expected silence, but fires';
  if (finding && twinCase.severity !== undefined && finding.severity !== twinCase.severity) {
    return `expected severity ${twinCase.severity}, found ${finding.severity}`;
  }
  return undefined;
};

/** The case's event as it comes out of its carrier; a text says why there is none. */
export const eventOf = (twinCase: TwinCase, library: EventLibrary): AuditEvent | string => {
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
const changed = (base: JsonObject, changes: JsonObject): JsonObject => {
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

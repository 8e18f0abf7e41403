/** A correlation document in, what it asks for in the document's own names, out. */
import { isObject, type JsonObject, type JsonValue } from '../../schema/json.ts';
import type { Comparison } from '../correlation/correlation.ts';
import type { Condition } from './condition.ts';
import { conditionPartsOf } from './correlation-condition.ts';
import { type CorrelationType, correlationTypes, ownTypes } from './correlation-type.ts';
import { referenceOf, type SigmaDocument } from './document.ts';
import { secondsOf } from './duration.ts';
import type { Problems } from './problems.ts';

/** References are still names. */
export interface CorrelationDraft {
  readonly type: CorrelationType;
  readonly references: readonly string[];
  readonly while: readonly string[];
  readonly groupBy: readonly string[];
  /** By alias, then by reference: the field. */
  readonly aliases: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly seconds: number;
  readonly generates: boolean;
  readonly comparisons: readonly Comparison[];
  readonly expression: Condition | undefined;
  readonly fields: readonly string[];
  readonly percentile: number;
  readonly learningSeconds: number;
  readonly direction: 'above' | 'below';
  readonly factor: number;
  readonly knownBy: readonly string[];
}

const sharedKeys = ['type', 'rules', 'group-by', 'timespan', 'condition', 'aliases', 'generate'];
const ownKeys: Readonly<Record<(typeof ownTypes)[number], readonly string[]>> = {
  first_seen: ['learning', 'while'],
  absence: ['while', 'known-by'],
  baseline: ['learning', 'direction'],
};

/** Undefined where nothing can be made of it; every fault goes to `problems`. */
export const correlationOf = (document: SigmaDocument, problems: Problems): CorrelationDraft | undefined => {
  const { correlation } = document.body;
  if (!isObject(correlation)) {
    problems.add(['correlation'], 'expected a map of type, rules, group-by, timespan and condition');
    return undefined;
  }
  const type = correlationTypes.find((word) => word === correlation.type);
  if (type === undefined) {
    problems.add(['correlation', 'type'], `expected one of ${correlationTypes.join(', ')}`);
    return undefined;
  }
  const reader = new Reader(correlation, type, problems);
  reader.refuseUnknownKeys();
  const groupBy = reader.names('group-by');
  const seconds = type === 'baseline' ? reader.hour() : reader.seconds('timespan');
  const { comparisons, expression, fields, percentile, factor } = conditionPartsOf(
    correlation.condition,
    type,
    (key, message) => problems.add(['correlation', ...(key === '' ? [] : key.split('/'))], message),
  );
  const references = reader.references(expression);
  return {
    type,
    references,
    while: reader.names('while').map(referenceOf),
    groupBy,
    aliases: reader.aliases(),
    seconds: seconds ?? 1,
    generates: reader.generates(document.body.generate),
    comparisons,
    expression,
    fields,
    percentile,
    learningSeconds: reader.learning(seconds ?? 1),
    knownBy: reader.knownBy(groupBy),
    direction: reader.direction(),
    factor,
  };
};

const week = 7 * 86_400;

class Reader {
  readonly #source: JsonObject;
  readonly #type: CorrelationType;
  readonly #problems: Problems;

  constructor(source: JsonObject, type: CorrelationType, problems: Problems) {
    this.#source = source;
    this.#type = type;
    this.#problems = problems;
  }

  #fault(key: string, message: string): void {
    this.#problems.add(['correlation', ...(key === '' ? [] : key.split('/'))], message);
  }

  refuseUnknownKeys(): void {
    const type = this.#type;
    const own = ownTypes.find((word) => word === type);
    const known = [...sharedKeys, ...(own ? ownKeys[own] : [])];
    for (const key of Object.keys(this.#source)) {
      if (!known.includes(key)) this.#fault(key, `unknown key; a ${type} knows ${known.join(', ')}`);
    }
  }

  /** One name or a list of names; none where the key is absent. */
  names(key: string): readonly string[] {
    const value = this.#source[key];
    if (value === undefined || value === null) return [];
    const list: readonly JsonValue[] = Array.isArray(value) ? value : [value as JsonValue];
    const names = list.filter((name) => typeof name === 'string' && name !== '') as readonly string[];
    if (names.length < list.length || new Set(names).size < names.length)
      this.#fault(key, 'expected a list of names, each once');
    return names;
  }

  /** The rules of a temporal correlation may stand in its condition alone. */
  references(expression: Condition | undefined): readonly string[] {
    const named = expression ? namesIn(expression) : [];
    const listed = this.names('rules').map(referenceOf);
    if (this.#source.rules === undefined && named.length > 0) return named.map(referenceOf);
    if (listed.length === 0) this.#fault('rules', 'expected the ids or names of rules');
    const asked = new Set(named.map(referenceOf));
    const isSame = asked.size === listed.length && listed.every((name) => asked.has(name));
    if (expression && !isSame)
      this.#fault('condition', 'a condition names every entry of "rules", and nothing else');
    return listed;
  }

  seconds(key: string): number | undefined {
    const seconds = secondsOf(String(this.#source[key] ?? ''));
    if (seconds === undefined) this.#fault(key, 'expected a time such as 30s, 15m, 1h or 7d');
    return seconds;
  }

  /** Day one is quiet: a week, or as long as values are remembered where that is less. */
  learning(seconds: number): number {
    if (this.#type !== 'first_seen' && this.#type !== 'baseline') return 0;
    if (this.#source.learning === undefined)
      return this.#type === 'baseline' ? week : Math.min(seconds, week);
    return this.seconds('learning') ?? 0;
  }

  /** A baseline knows hours and nothing else, so it may be left out. */
  hour(): number {
    if (this.#source.timespan !== undefined && this.seconds('timespan') !== 3600)
      this.#fault('timespan', 'a baseline goes by the hour: 1h');
    return 3600;
  }

  direction(): 'above' | 'below' {
    const { direction = 'above' } = this.#source;
    if (direction === 'above' || direction === 'below') return direction;
    this.#fault('direction', 'expected above or below');
    return 'above';
  }

  knownBy(groupBy: readonly string[]): readonly string[] {
    if (this.#source['known-by'] === undefined) return groupBy;
    const names = this.names('known-by');
    if (names.some((name) => !groupBy.includes(name)))
      this.#fault('known-by', 'expected entries of "group-by"');
    return names;
  }

  /** The specification has it at the top of the document, the reference implementation in the correlation. */
  generates(outer: JsonValue | undefined): boolean {
    const value = this.#source.generate ?? outer ?? false;
    if (typeof value !== 'boolean') this.#fault('generate', 'expected true or false');
    return value === true;
  }

  aliases(): ReadonlyMap<string, ReadonlyMap<string, string>> {
    const { aliases } = this.#source;
    if (aliases === undefined || aliases === null) return new Map();
    if (!isObject(aliases)) {
      this.#fault('aliases', 'expected a map of aliases');
      return new Map();
    }
    return new Map(
      Object.entries(aliases).map(([alias, fields]) => {
        const pairs = Object.entries(isObject(fields) ? fields : {});
        if (pairs.length === 0 || pairs.some(([, field]) => typeof field !== 'string'))
          this.#fault(`aliases/${alias}`, 'expected a map of rules and the field each has it in');
        return [alias, new Map(pairs.map(([rule, field]) => [referenceOf(rule), String(field)]))];
      }),
    );
  }
}

const namesIn = (condition: Condition): readonly string[] => {
  if (condition.kind === 'identifier') return [condition.name];
  if (condition.kind === 'selector') return [];
  return condition.kind === 'not' ? namesIn(condition.of) : [...new Set(condition.of.flatMap(namesIn))];
};

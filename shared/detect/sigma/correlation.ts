/** A correlation document in, what it asks for in the document's own names, out. */
import { isObject, type JsonObject, type JsonValue } from '../../schema/json.ts';
import {
  type Comparison,
  countingTypes,
  numericTypes,
  operators,
  temporalTypes,
} from '../correlation/correlation.ts';
import { type Condition, ConditionError, conditionOf } from './condition.ts';
import { referenceOf, type SigmaDocument } from './document.ts';
import { secondsOf } from './duration.ts';
import type { Problems } from './problems.ts';

const ownTypes = ['first_seen', 'absence', 'baseline'] as const;
const types = [...countingTypes, ...numericTypes, ...temporalTypes, ...ownTypes] as const;
type Type = (typeof types)[number];

/** References are still names. */
export interface CorrelationDraft {
  readonly type: Type;
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
  first_seen: ['learning'],
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
  const type = types.find((word) => word === correlation.type);
  if (type === undefined) {
    problems.add(['correlation', 'type'], `expected one of ${types.join(', ')}`);
    return undefined;
  }
  const reader = new Reader(correlation, type, problems);
  reader.refuseUnknownKeys();
  const groupBy = reader.names('group-by');
  const seconds = type === 'baseline' ? reader.hour() : reader.seconds('timespan');
  const { comparisons, expression, fields, percentile, factor } = reader.condition();
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

const hasField = (type: Type): boolean =>
  type.startsWith('value_') || type === 'first_seen' || type === 'baseline';
const isTemporal = (type: Type): boolean => (temporalTypes as readonly string[]).includes(type);

interface ConditionParts {
  readonly comparisons: readonly Comparison[];
  readonly expression: Condition | undefined;
  readonly fields: readonly string[];
  readonly percentile: number;
  readonly factor: number;
}

const week = 7 * 86_400;

class Reader {
  readonly #source: JsonObject;
  readonly #type: Type;
  readonly #problems: Problems;

  constructor(source: JsonObject, type: Type, problems: Problems) {
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

  condition(): ConditionParts {
    const type = this.#type;
    const { condition } = this.#source;
    const none = { comparisons: [], expression: undefined, fields: [], percentile: 50, factor: 1 };
    if (condition === undefined || condition === null) return this.#withoutCondition(none);
    if (typeof condition === 'string') {
      if (!isTemporal(type)) this.#fault('condition', `a ${type} takes a map such as { gte: 10 }`);
      return { ...none, expression: this.#expression(condition) };
    }
    if (!isObject(condition)) {
      this.#fault('condition', 'expected a map such as { gte: 10 }');
      return none;
    }
    const fields = this.#fieldsIn(condition);
    const comparisons = this.#comparisonsIn(condition);
    if (type === 'first_seen') {
      if (comparisons.length > 0) this.#fault('condition', 'a first_seen takes a field and no comparison');
    } else if (comparisons.length === 0) {
      this.#fault('condition', `expected a comparison: ${operators.join(', ')}`);
    } else if (type === 'absence' && comparisons.some(({ operator }) => operator !== 'gte')) {
      this.#fault('condition', 'an absence takes "gte": how much must come of "while"');
    }
    const percentile = this.#percentileIn(condition);
    return { comparisons, expression: undefined, fields, percentile, factor: this.#factorIn(condition) };
  }

  #withoutCondition(none: ConditionParts): ConditionParts {
    if (!isTemporal(this.#type) && this.#type !== 'absence')
      this.#fault('', `a ${this.#type} needs a "condition"`);
    return none;
  }

  #expression(text: string): Condition | undefined {
    try {
      const condition = conditionOf(text);
      if (hasSelector(condition))
        this.#fault('condition', 'expected names of rules; "of" has no meaning here');
      return condition;
    } catch (thrown) {
      if (!(thrown instanceof ConditionError)) throw thrown;
      this.#fault('condition', `in the condition, character ${thrown.at + 1}: ${thrown.message}`);
      return undefined;
    }
  }

  #fieldsIn(condition: JsonObject): readonly string[] {
    const { field } = condition;
    const list = typeof field === 'string' ? [field] : Array.isArray(field) ? field : [];
    const fields = list.filter((name: JsonValue) => typeof name === 'string' && name !== '') as string[];
    if (!hasField(this.#type)) {
      if (field !== undefined) this.#fault('condition/field', `a ${this.#type} looks at no field`);
      return [];
    }
    if (this.#type === 'baseline' && field === undefined) return [];
    const isMany = ['value_count', 'first_seen', 'baseline'].includes(this.#type);
    const most = isMany ? list.length : 1;
    if (fields.length === 0 || fields.length < list.length || fields.length > most)
      this.#fault(
        'condition/field',
        `a ${this.#type} needs the name of a field${most > 1 ? ', or a list of names' : ''}`,
      );
    return fields;
  }

  #comparisonsIn(condition: JsonObject): readonly Comparison[] {
    return Object.entries(condition).flatMap(([key, value]): readonly Comparison[] => {
      if (key === 'field' || key === 'percentile' || key === 'factor') return [];
      const operator = operators.find((word) => word === key);
      if (operator === undefined) {
        this.#fault(`condition/${key}`, `unknown comparison; known are ${operators.join(', ')}`);
        return [];
      }
      if (typeof value !== 'number' || !Number.isFinite(value)) {
        this.#fault(`condition/${key}`, 'expected a number');
        return [];
      }
      return [{ operator, value }];
    });
  }

  #factorIn({ factor }: JsonObject): number {
    if (factor === undefined) return 1;
    const isRight = typeof factor === 'number' && Number.isFinite(factor) && factor >= 1;
    if (!isRight || this.#type !== 'baseline')
      this.#fault('condition/factor', 'expected a number from 1 on, in a baseline');
    return isRight ? factor : 1;
  }

  #percentileIn({ percentile }: JsonObject): number {
    if (percentile === undefined) return 50;
    const isRight = typeof percentile === 'number' && percentile >= 0 && percentile <= 100;
    if (!isRight || this.#type !== 'value_percentile')
      this.#fault('condition/percentile', 'expected a number from 0 to 100, in a value_percentile');
    return isRight ? percentile : 50;
  }
}

const namesIn = (condition: Condition): readonly string[] => {
  if (condition.kind === 'identifier') return [condition.name];
  if (condition.kind === 'selector') return [];
  return condition.kind === 'not' ? namesIn(condition.of) : [...new Set(condition.of.flatMap(namesIn))];
};

const hasSelector = (condition: Condition): boolean => {
  if (condition.kind === 'selector') return true;
  if (condition.kind === 'identifier') return false;
  return condition.kind === 'not' ? hasSelector(condition.of) : condition.of.some(hasSelector);
};

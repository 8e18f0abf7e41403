/** The condition of a correlation in, its comparisons, fields and bounds out. */
import { isObject, type JsonObject, type JsonValue } from '../../schema/json.ts';
import { type Comparison, operators, temporalTypes } from '../correlation/correlation.ts';
import { type Condition, ConditionError, conditionOf } from './condition.ts';
import type { CorrelationType } from './correlation-type.ts';

export interface ConditionParts {
  readonly comparisons: readonly Comparison[];
  /** Over the names of rules, where a temporal correlation has one. */
  readonly expression: Condition | undefined;
  readonly fields: readonly string[];
  readonly percentile: number;
  readonly factor: number;
}

/** Told of each fault: below which key of the correlation it lies, and what it is. */
export type OnFault = (key: string, message: string) => void;

export const conditionPartsOf = (
  condition: JsonValue | undefined,
  type: CorrelationType,
  onFault: OnFault,
): ConditionParts => new ConditionReader(type, onFault).read(condition);

const hasField = (type: CorrelationType): boolean =>
  type.startsWith('value_') || type === 'first_seen' || type === 'baseline';
const isTemporal = (type: CorrelationType): boolean => (temporalTypes as readonly string[]).includes(type);

class ConditionReader {
  readonly #type: CorrelationType;
  readonly #fault: OnFault;

  constructor(type: CorrelationType, onFault: OnFault) {
    this.#type = type;
    this.#fault = onFault;
  }

  read(condition: JsonValue | undefined): ConditionParts {
    const type = this.#type;
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

const hasSelector = (condition: Condition): boolean => {
  if (condition.kind === 'selector') return true;
  if (condition.kind === 'identifier') return false;
  return condition.kind === 'not' ? hasSelector(condition.of) : condition.of.some(hasSelector);
};

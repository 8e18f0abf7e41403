/** An operator and what it compares with in, a predicate on one text out. */
import { RE2JS } from 're2js';
import { messageOf } from '../../errors.ts';
import { ConditionError, type Operator, type Quantity } from './condition.ts';
import { globMatcher } from './glob.ts';

export type TextPredicate = (text: string) => boolean;

/** @throws ConditionError where the operator cannot compare texts, or not with this. */
export const comparison = (operator: Operator, value: string): TextPredicate => {
  switch (operator) {
    case '=':
    case '==':
      return (text) => text === value;
    case '!=':
      return (text) => text !== value;
    case 'contains':
      return (text) => text.includes(value);
    case 'icontains': {
      const wanted = value.toLowerCase();
      return (text) => text.toLowerCase().includes(wanted);
    }
    case 'startswith':
      return (text) => text.startsWith(value);
    case 'endswith':
      return (text) => text.endsWith(value);
    case 'glob':
      return globMatcher(value);
    case 'iglob': {
      const matches = globMatcher(value.toLowerCase());
      return (text) => matches(text.toLowerCase());
    }
    case 'regex':
      return regexMatcher(value);
    case '<':
      return (text) => text < value;
    case '<=':
      return (text) => text <= value;
    case '>':
      return (text) => text > value;
    case '>=':
      return (text) => text >= value;
    default:
      throw new ConditionError(`"${operator}" does not compare texts`);
  }
};

/** RE2, for the whole of the text. */
const regexMatcher = (source: string): TextPredicate => {
  try {
    const expression = RE2JS.compile(source);
    return (text) => expression.matcher(text).matches();
  } catch (thrown) {
    throw new ConditionError(`the regular expression "${source}" cannot be read: ${messageOf(thrown)}`);
  }
};

/** `startswith anyof (a, b)`: how many of the values have to agree. */
export const comparisonWithSome = (
  operator: Operator,
  quantity: Quantity,
  values: readonly string[],
): TextPredicate => {
  const predicates = values.map((value) => comparison(operator, value));
  if (quantity === 'anyof') return (text) => predicates.some((holds) => holds(text));
  if (quantity === 'allof')
    return (text) => predicates.length > 0 && predicates.every((holds) => holds(text));
  return (text) => predicates.filter((holds) => holds(text)).length === 1;
};

/** `pmatch`: one of the paths is the text, or a folder above it. */
export const pathComparison = (paths: readonly string[]): TextPredicate => {
  const folders = new Set(paths.map((path) => withoutSlash(path)));
  return (text) => {
    for (let end = text.length; end > 0; end = text.lastIndexOf('/', end - 1)) {
      if (folders.has(withoutSlash(text.slice(0, end)))) return true;
    }
    return text.startsWith('/') && folders.has('');
  };
};

const withoutSlash = (path: string): string => (path.endsWith('/') ? path.slice(0, -1) : path);

const orders: Readonly<Partial<Record<Operator, (left: number, right: number) => boolean>>> = {
  '=': (left, right) => left === right,
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

/** For operands that are numbers, such as `len(...)`. */
export const numberComparison = (operator: Operator, values: readonly string[]): TextPredicate => {
  const numbers = values.map(Number);
  if (numbers.some(Number.isNaN)) throw new ConditionError(`expected a number, found ${values.join(', ')}`);
  if (operator === 'in' || operator === 'intersects') return (text) => numbers.includes(Number(text));
  const order = orders[operator];
  const [number = 0] = numbers;
  if (!order) throw new ConditionError(`"${operator}" does not compare numbers`);
  return (text) => order(Number(text), number);
};

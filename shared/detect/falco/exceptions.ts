/** The `exceptions` of a rule in; the condition that leaves them out, as text, out. */
import { isObject, type JsonObject, type JsonValue } from '../../schema/json.ts';
import type { YamlPath } from '../../schema/yaml.ts';
import { isListOperator, listOperators, orderOperators, quantities, textOperators } from './condition.ts';
import { complain, type ItemReader } from './items.ts';
import { quotedIfSpaced } from './list-expansion.ts';

/** A scalar, or a list of them where the operator compares with a list. */
type Cell = string | readonly string[];

/** One field and one operator with its values, or several fields with rows of values. */
export type Exception =
  | {
      readonly kind: 'one';
      readonly name: string;
      readonly field: string;
      readonly operator: string;
      readonly values: readonly string[];
    }
  | {
      readonly kind: 'rows';
      readonly name: string;
      readonly fields: readonly string[];
      readonly operators: readonly string[];
      readonly values: readonly (readonly Cell[])[];
    };

/** The earlier exceptions with those of the item added; undefined where one is faulty, which is reported. */
export const exceptionsOf = (
  reader: ItemReader,
  earlier: readonly Exception[],
): readonly Exception[] | undefined => {
  const list = reader.item.body.exceptions;
  if (list === undefined || list === '') return earlier;
  if (!Array.isArray(list)) return complain(reader, ['exceptions'], '"exceptions" has to be a list');
  const all = [...earlier];
  let isFaulty = false;
  for (const [place, body] of list.entries()) {
    const exception = exceptionOf(reader, ['exceptions', place], body, earlier);
    if (!exception) isFaulty = true;
    else {
      const before = all.findIndex(({ name }) => name === exception.name);
      if (before < 0) all.push(exception);
      else all[before] = exception;
    }
  }
  return isFaulty ? undefined : all;
};

const exceptionOf = (
  reader: ItemReader,
  path: YamlPath,
  body: JsonValue,
  earlier: readonly Exception[],
): Exception | undefined => {
  const name = isObject(body) ? body.name : undefined;
  if (!isObject(body) || typeof name !== 'string' || name === '') {
    return complain(reader, path, 'expected an exception with a name');
  }
  const before = earlier.find((exception) => exception.name === name);
  if (before) return extended(reader, path, body, before);
  if (body.fields === undefined) {
    return complain(reader, path, `the exception "${name}" has no fields`);
  }
  if (earlier.length > 0 && body.values === undefined) {
    return complain(reader, path, `the exception "${name}" has no values`);
  }
  const shape = shapeOf(reader, path, body, name);
  return shape && withValues(reader, path, body, shape);
};

/** An exception of a name that is known brings values and nothing else. */
const extended = (
  reader: ItemReader,
  path: YamlPath,
  body: JsonObject,
  before: Exception,
): Exception | undefined => {
  const other = ['fields', 'comps'].find((key) => body[key] !== undefined);
  if (other !== undefined) {
    return complain(
      reader,
      [...path, other],
      `the exception "${before.name}" is known: only values can be added`,
    );
  }
  if (body.values === undefined)
    return complain(reader, path, `the exception "${before.name}" has no values`);
  return withValues(reader, path, body, before);
};

/** Fields and operators, without values yet. */
const shapeOf = (
  reader: ItemReader,
  path: YamlPath,
  body: JsonObject,
  name: string,
): Exception | undefined => {
  const { fields, comps } = body;
  if (typeof fields === 'string') {
    const operator = comps ?? 'in';
    return typeof operator === 'string' && isListComparison(operator)
      ? { kind: 'one', name, field: fields, operator, values: [] }
      : complain(reader, [...path, 'comps'], 'one field is compared by in, pmatch or intersects');
  }
  if (!isTexts(fields)) return complain(reader, [...path, 'fields'], 'expected a field or a list of fields');
  const operators = comps ?? fields.map(() => '=');
  if (!isTexts(operators) || operators.length !== fields.length) {
    return complain(reader, [...path, 'comps'], 'expected a list of as many operators as there are fields');
  }
  const unknown = operators.find((operator) => !isComparison(operator));
  return unknown === undefined
    ? { kind: 'rows', name, fields, operators, values: [] }
    : complain(reader, [...path, 'comps'], `"${unknown}" is no operator`);
};

const isTexts = (value: JsonValue | undefined): value is readonly string[] =>
  Array.isArray(value) && value.every((member) => typeof member === 'string');

const operatorWords = new Set<string>([...orderOperators, ...textOperators, ...listOperators]);

const isComparison = (operator: string): boolean => operatorWords.has(operator) || isQuantified(operator);

const isListComparison = (operator: string): boolean => isListOperator(operator) || isQuantified(operator);

/** `startswith anyof` */
const isQuantified = (operator: string): boolean => {
  const [word = '', quantity = '', more] = operator.split(/ +/);
  return (
    more === undefined &&
    (textOperators as readonly string[]).includes(word) &&
    (quantities as readonly string[]).includes(quantity)
  );
};

const withValues = (
  reader: ItemReader,
  path: YamlPath,
  body: JsonObject,
  shape: Exception,
): Exception | undefined => {
  const values = body.values === undefined || body.values === '' ? [] : body.values;
  if (!Array.isArray(values)) return complain(reader, [...path, 'values'], '"values" has to be a list');
  if (shape.kind === 'one') {
    return isTexts(values)
      ? { ...shape, values: [...shape.values, ...values] }
      : complain(reader, [...path, 'values'], 'the values of one field have to be texts');
  }
  const place = values.findIndex((row) => !isRow(row, shape.fields.length));
  if (place >= 0) {
    return complain(
      reader,
      [...path, 'values', place],
      `expected a list of ${shape.fields.length} values, one for each field`,
    );
  }
  return { ...shape, values: [...shape.values, ...(values as readonly (readonly Cell[])[])] };
};

const isRow = (row: JsonValue, length: number): boolean =>
  Array.isArray(row) &&
  row.length === length &&
  row.every((cell) => typeof cell === 'string' || isTexts(cell));

/** `(condition) and not (...)` for each exception that has values. */
export const withExceptions = (condition: string, exceptions: readonly Exception[]): string => {
  const left = exceptions.filter(({ values }) => values.length > 0).map((one) => ` and not ${textOf(one)}`);
  return left.length === 0 ? condition : `(${condition})${left.join('')}`;
};

const textOf = (exception: Exception): string => {
  if (exception.kind === 'one') {
    const values = exception.values.map(quotedIfSpaced).join(', ');
    return `(${exception.field} ${exception.operator} (${values}))`;
  }
  const { fields, operators } = exception;
  const rows = exception.values.map((row) => {
    const checks = row.map(
      (cell, at) => `${fields[at]} ${operators[at]} ${cellText(cell, operators[at] ?? '=')}`,
    );
    return `(${checks.join(' and ')})`;
  });
  return `(${rows.join(' or ')})`;
};

const cellText = (cell: Cell, operator: string): string => {
  if (typeof cell !== 'string') return `(${cell.map(quotedIfSpaced).join(', ')})`;
  if (!isListComparison(operator)) return quotedIfSpaced(cell);
  return cell.startsWith('(') ? cell : `(${cell})`;
};

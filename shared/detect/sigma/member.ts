/** Conditions on members of a list: `f[any]`, `f[all]`, `f[all_or_empty]`, `f[none]` and `f[2]`. */

import type { JsonValue } from '../../schema/json.ts';
import { partIn } from '../derived-views.ts';
import { needOf } from '../enrich/facts.ts';
import { askedAnew, compiled, type Expression, type Test } from '../expression.ts';
import { type FieldPath, fieldPathOf, Many, type Step, valuesIn } from '../field-path.ts';
import { memberScope, type Scope } from '../scope.ts';
import { ModifierError } from './modifier-error.ts';

export type Quantifier = 'any' | 'all' | 'all_or_empty' | 'none';

/** A path as far as its next quantifier. */
export interface Stretch {
  readonly path: FieldPath;
  readonly quantifier?: Quantifier | undefined;
}

const selector = /^(any|all|all_or_empty|none|-?\d{1,9})$/;
const known = '[any], [all], [all_or_empty], [none] or a number';

/**
 * Cuts a field at its quantifiers; `\[` and `\]` are brackets in a name.
 * @throws ModifierError
 */
export const stretchesOf = (field: string): readonly Stretch[] => {
  const stretches: Stretch[] = [];
  let steps: Step[] = [];
  let name = '';
  const endStep = (index?: number): void => {
    if (name !== '') steps.push(index === undefined ? { name } : { name, index });
    else if (index !== undefined) throw new ModifierError(`"[${index}]" stands after no name`);
    name = '';
  };
  for (let at = 0; at < field.length; at++) {
    const character = field[at] ?? '';
    if (character === '\\' && (field[at + 1] === '[' || field[at + 1] === ']')) name += field[++at];
    else if (character === '.') endStep();
    else if (character === '[') {
      const end = field.indexOf(']', at);
      const word = end < 0 ? '' : field.slice(at + 1, end);
      if (!selector.test(word)) throw new ModifierError(`"[${word}" is no selector: ${known}`);
      if (/\d/.test(word)) endStep(Number(word));
      else {
        endStep();
        stretches.push({ path: pathOf(steps), quantifier: word as Quantifier });
        steps = [];
      }
      at = end;
    } else name += character;
  }
  endStep();
  if (steps.length > 0) stretches.push({ path: pathOf(steps) });
  return stretches;
};

const pathOf = (steps: readonly Step[]): FieldPath =>
  fieldPathOf(
    steps.map(({ name, index }) => (index === undefined ? name : `${name}[${index}]`)).join('.'),
    steps,
  );

export const quantified = (path: FieldPath, quantifier: Quantifier, inner: Expression): Test => {
  const holds = compiled<Scope>(inner, askedAnew);
  return {
    key: `${path.key}[${quantifier}]{${shapeOf(inner)}}`,
    routed: false,
    part: partIn(path),
    needs: needOf(path, []),
    cost: 6,
    holds: (scope) => {
      const found = scope.valuesAt(path);
      const members = found === null ? [] : found instanceof Many ? found.values : valuesIn(found);
      const isMet = (value: JsonValue): boolean => holds(memberScope(value));
      switch (quantifier) {
        case 'any':
          return members.some(isMet);
        case 'all':
          return members.length > 0 && members.every(isMet);
        case 'all_or_empty':
          return members.every(isMet);
        case 'none':
          return !members.some(isMet);
      }
    },
  };
};

/** A text that two expressions share only where they ask the same: the length before a key says where it ends. */
const shapeOf = (expression: Expression): string => {
  if (expression.kind === 'constant') return String(expression.value);
  if (expression.kind === 'test') return `${expression.test.key.length}:${expression.test.key}`;
  if (expression.kind === 'not') return `not(${shapeOf(expression.of)})`;
  let shape = '';
  for (const part of expression.of) {
    shape += `${shapeOf(part)},`;
    if (shape.length > maxShape) throw new ModifierError('a block that asks too much');
  }
  return `${expression.kind}(${shape})`;
};

/** Blocks in blocks repeat what they hold. */
const maxShape = 4 * 1024 * 1024;

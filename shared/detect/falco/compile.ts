/** A condition and the macros it uses in, the expression that the detector runs out. */
import type { TextPosition } from '../../errors.ts';
import { and, type Expression, never, not, or } from '../expression.ts';
import { checkExpression } from './check.ts';
import { type Budget, type Check, type Condition, ConditionError } from './condition.ts';
import { extentFault, extentOf, type MacroTable } from './macros.ts';

export interface Fault {
  readonly message: string;
  /** A rule may choose to be skipped where a field is not known. */
  readonly isUnknownField: boolean;
  /** Where the macro stands that the fault lies in; undefined for the condition itself. */
  readonly position?: TextPosition | undefined;
}

/** Where there are faults, the expression is not to be run. */
export interface Compiled {
  readonly expression: Expression;
  readonly faults: readonly Fault[];
}

export type Compiler = (condition: Condition, listsAreTexts: boolean) => Compiled;

/** Macros are compiled once, however many rules use them, and only if one does. */
export const compilerOf = (table: MacroTable, budget: Budget): Compiler => {
  const known = new Map<string, Compiled>();

  const macroNamed = (name: string): Compiled => {
    const earlier = known.get(name);
    if (earlier) return earlier;
    const macro = table.broken.has(name) ? undefined : table.macros.get(name);
    const faults: Fault[] = [];
    const expression = macro ? expressionOf(macro.condition, macro.definition.isForOldEngine, faults) : never;
    const position = macro?.definition.position;
    const compiled = macro
      ? { expression, faults: faults.map((fault) => ({ position, ...fault })) }
      : { expression, faults: [faultyMacro(name, table)] };
    known.set(name, compiled);
    return compiled;
  };

  const expressionOf = (condition: Condition, listsAreTexts: boolean, faults: Fault[]): Expression => {
    switch (condition.kind) {
      case 'and':
        return and(condition.of.map((part) => expressionOf(part, listsAreTexts, faults)));
      case 'or':
        return or(condition.of.map((part) => expressionOf(part, listsAreTexts, faults)));
      case 'not':
        return not(expressionOf(condition.of, listsAreTexts, faults));
      case 'macro': {
        const compiled = macroNamed(condition.name);
        for (const fault of compiled.faults) tell(fault, faults);
        return compiled.expression;
      }
      case 'check':
        return checked(condition, listsAreTexts, faults);
    }
  };

  return (condition, listsAreTexts) => {
    const extent = extentOf(condition, table.extents);
    const fault = extentFault(extent);
    if (fault !== undefined)
      return { expression: never, faults: [{ message: fault, isUnknownField: false }] };
    budget.spend(extent.size * spentForCheck);
    const faults: Fault[] = [];
    return { expression: expressionOf(condition, listsAreTexts, faults), faults };
  };
};

/** A check takes about as much as this many characters. */
const spentForCheck = 20;

/** Of one condition; who has more will not read them. */
const maxFaults = 100;

const tell = (fault: Fault, faults: Fault[]): void => {
  if (faults.length < maxFaults && !faults.includes(fault)) faults.push(fault);
};

const faultyMacro = (name: string, table: MacroTable): Fault => ({
  message: table.broken.has(name)
    ? `the macro "${name}" cannot be used`
    : `the macro "${name}" is not defined`,
  isUnknownField: false,
});

const checked = (check: Check, listsAreTexts: boolean, faults: Fault[]): Expression => {
  try {
    return checkExpression(check, listsAreTexts);
  } catch (thrown) {
    if (!(thrown instanceof ConditionError)) throw thrown;
    tell({ message: thrown.message, isUnknownField: thrown.isUnknownField }, faults);
    return never;
  }
};

/** Macro definitions in; each as the condition it states, checked for loops and for growth, out. */
import type { RuleProblem } from '../../errors.ts';
import { type Budget, type Condition, ConditionError } from './condition.ts';
import type { MacroDefinition } from './definition.ts';
import { type ListTable, withListsExpanded } from './list-expansion.ts';
import { conditionOf } from './parse-condition.ts';

export interface Macro {
  readonly definition: MacroDefinition;
  readonly condition: Condition;
}

/** How large a condition is when every macro in it is written out. */
export interface Extent {
  readonly size: number;
  readonly depth: number;
}

export interface MacroTable {
  readonly macros: ReadonlyMap<string, Macro>;
  readonly extents: ReadonlyMap<string, Extent>;
  /** Names of macros that cannot be used. */
  readonly broken: ReadonlySet<string>;
}

/** Past these a condition is no longer one that a person wrote. */
export const maxExtent: Extent = { size: 10_000, depth: 500 };

export const macroTableOf = (
  definitions: ReadonlyMap<string, MacroDefinition>,
  lists: ListTable,
  budget: Budget,
  problems: RuleProblem[],
): MacroTable => {
  const macros = new Map<string, Macro>();
  const broken = new Set<string>();
  const fail = (definition: MacroDefinition, message: string): void => {
    broken.add(definition.name);
    problems.push({ ...definition.position, message: `the macro "${definition.name}": ${message}` });
  };
  for (const definition of definitions.values()) {
    try {
      const condition = conditionOf(withListsExpanded(definition.condition, lists, budget));
      macros.set(definition.name, { definition, condition });
    } catch (thrown) {
      if (!(thrown instanceof ConditionError)) throw thrown;
      fail(definition, thrown.message);
    }
  }
  for (const { definition, condition } of macros.values()) {
    const unseen = namesIn(condition).find((name) => !isSeen(definitions.get(name), definition));
    if (unseen === undefined) continue;
    const when = definitions.has(unseen) ? ' before it' : '';
    fail(definition, `the macro "${unseen}" is not defined${when}`);
  }
  return { macros, broken, extents: extentsOf(macros, broken, fail) };
};

/** Inside a macro only those are seen that were there when it was last changed. */
const isSeen = (used: MacroDefinition | undefined, user: MacroDefinition): boolean =>
  used !== undefined && used.index < user.visibility;

/** The extents of all macros that can be used, from those that use no other upwards; what is left stands in a loop. */
const extentsOf = (
  macros: ReadonlyMap<string, Macro>,
  broken: Set<string>,
  fail: (definition: MacroDefinition, message: string) => void,
): ReadonlyMap<string, Extent> => {
  const extents = new Map<string, Extent>();
  const waiting = new Map<string, number>();
  const users = new Map<string, string[]>();
  const ready: string[] = [];
  for (const [name, { condition }] of macros) {
    const used = new Set(namesIn(condition).filter((other) => macros.has(other)));
    waiting.set(name, used.size);
    if (used.size === 0) ready.push(name);
    for (const other of used) users.set(other, [...(users.get(other) ?? []), name]);
  }
  for (const name of ready) {
    const macro = macros.get(name);
    if (!macro) continue;
    for (const user of users.get(name) ?? []) {
      const left = (waiting.get(user) ?? 0) - 1;
      waiting.set(user, left);
      if (left === 0) ready.push(user);
    }
    if (namesIn(macro.condition).some((other) => broken.has(other))) broken.add(name);
    const extent = extentOf(macro.condition, extents);
    extents.set(name, extent);
    const fault = extentFault(extent);
    if (fault !== undefined && !broken.has(name)) fail(macro.definition, fault);
  }
  for (const [name, { definition }] of macros) {
    if (!extents.has(name)) fail(definition, 'it stands in a loop of macros, or uses one that does');
  }
  return extents;
};

export const extentFault = ({ size, depth }: Extent): string | undefined =>
  size > maxExtent.size || depth > maxExtent.depth
    ? `written out it is larger than ${maxExtent.size} checks or deeper than ${maxExtent.depth}`
    : undefined;

/** Macros that are not known count as nothing. */
export const extentOf = (condition: Condition, extents: ReadonlyMap<string, Extent>): Extent => {
  if (condition.kind === 'check') return { size: 1, depth: 1 };
  if (condition.kind === 'macro') {
    const extent = extents.get(condition.name) ?? { size: 0, depth: 0 };
    return { size: extent.size + 1, depth: extent.depth + 1 };
  }
  const parts = condition.kind === 'not' ? [condition.of] : condition.of;
  let size = 1;
  let depth = 0;
  for (const part of parts) {
    const extent = extentOf(part, extents);
    size += extent.size;
    depth = Math.max(depth, extent.depth);
  }
  return { size, depth: depth + 1 };
};

/** The names of the macros that a condition uses. */
export const namesIn = (condition: Condition): readonly string[] => {
  if (condition.kind === 'macro') return [condition.name];
  if (condition.kind === 'check') return [];
  return condition.kind === 'not' ? namesIn(condition.of) : condition.of.flatMap(namesIn);
};

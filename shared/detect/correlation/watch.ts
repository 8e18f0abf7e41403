/** One correlation rule at work: what it gathers of a delivery, what memory is told, what is made of the answer. */
import type { Entry, Member } from '../../ports.ts';
import { hashOf } from '../hash.ts';
import type { Rule } from '../rule.ts';
import type { Occurrence } from './incident.ts';
import type { GroupValue, Trigger } from './trigger.ts';

export interface Watch {
  readonly rule: Rule;
  /** `place` is that of the input in `heardBy`. Cheap: memory is not touched. */
  readonly take: (place: number, trigger: Trigger) => void;
  /** Hands over what was gathered, and forgets it; undefined where there is nothing to ask. */
  readonly drain: () => Question | undefined;
  /** What is worth asking though nothing came. */
  readonly tick?: (() => Question) | undefined;
}

/** What memory is told, and how its answers, one for each entry, are read. */
export interface Question {
  readonly entries: readonly Entry[];
  readonly read: (
    answers: readonly (readonly Member[])[],
  ) => readonly Occurrence[] | Promise<readonly Occurrence[]>;
}

/** What a rule remembers of a group. */
export const keyOf = (rule: Rule, values: readonly GroupValue[]): string =>
  `${rule.correlation?.type}/${rule.id}/${hashOf(JSON.stringify(values))}`;

/** Several questions as one, each group's answers given to the group that asked; undefined where there is none. */
export const askedTogether = (questions: readonly Question[]): Question | undefined => {
  const [only] = questions;
  if (questions.length <= 1) return only;
  return {
    entries: questions.flatMap(({ entries }) => entries),
    read: async (answers) => {
      const occurrences: Occurrence[] = [];
      let from = 0;
      for (const { entries, read } of questions) {
        const answer = read(answers.slice(from, from + entries.length));
        // Most have their answer at once, and to wait for nothing is not free.
        occurrences.push(...(answer instanceof Promise ? await answer : answer));
        from += entries.length;
      }
      return occurrences;
    },
  };
};

/** Values under the names that a rule's `suppress` may use. */
export const namedValues = (
  names: readonly string[],
  values: readonly GroupValue[],
): ReadonlyMap<string, GroupValue> => new Map(names.map((name, at) => [name, values[at] ?? null]));

/** The groups of one correlation: findings that agree in all fields of group-by are one. */
import { Trie } from '../../schema/trie.ts';
import type { Input } from './correlation.ts';
import { type GroupValue, groupOf, groupsOf, type Trigger } from './trigger.ts';

/** A process that has met more of them than this begins anew; memory knows them all. There are some hundred correlations. */
const rememberedGroups = 5_000;

/** `G` is what a correlation keeps of a group: of this delivery until it is drained, and of what it has told before. */
export class Groups<G> {
  readonly #begin: (values: readonly GroupValue[]) => G;
  readonly #known = new Trie<GroupValue, readonly [G]>();
  readonly #touched = new Set<G>();

  constructor(begin: (values: readonly GroupValue[]) => G) {
    this.#begin = begin;
  }

  /** Those that a trigger is in: one, or one for each value where a field holds several. */
  of(trigger: Trigger, input: Input): readonly G[] {
    const only = groupOf(trigger, input);
    return only ? this.#named(only) : groupsOf(trigger, input).flatMap((values) => this.#named(values));
  }

  #named(values: readonly GroupValue[]): readonly G[] {
    const known = this.#known.get(values);
    if (known) return known;
    const own = [this.#begin(values)] as const;
    this.#known.set(values, own);
    return own;
  }

  /** Something of this group is to be told. */
  touch(group: G): void {
    this.#touched.add(group);
  }

  /** Those of which something is to be told, in the order in which they were touched. */
  drain(): readonly G[] {
    if (this.#touched.size === 0) return [];
    const touched = [...this.#touched];
    this.#touched.clear();
    if (this.#known.size > rememberedGroups) this.forget();
    return touched;
  }

  /** What was told before is not known any more: it is told again, which changes nothing. */
  forget(): void {
    this.#known.clear();
  }
}

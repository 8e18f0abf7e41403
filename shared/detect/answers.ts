/** What has been asked of one event, so that no rule asks it again. */
import type { AuditEvent } from '../schema/audit-event.ts';
import type { Enricher } from './enrich/enricher.ts';
import { EventScope } from './event-scope.ts';
import type { Test } from './expression.ts';
import type { Scope } from './scope.ts';

/** Tests by number: those that ask the same have the same one. */
export class TestNumbers {
  readonly #numbers = new Map<string, number>();

  of(test: Test): number {
    const known = this.#numbers.get(test.key);
    if (known !== undefined) return known;
    this.#numbers.set(test.key, this.#numbers.size);
    return this.#numbers.size - 1;
  }
}

/** Each test's answer for the current event, asked once. */
export class Answers {
  readonly #scope: EventScope;
  /** By test: the event it was last asked for, times two, plus one where it held. */
  #known: number[] = [];
  #event = 0;

  constructor(event: AuditEvent, enricher: Enricher | undefined) {
    this.#scope = new EventScope(event, enricher);
  }

  turnTo(event: AuditEvent): void {
    this.#scope.turnTo(event);
    this.#event += 2;
  }

  get scope(): Scope {
    return this.#scope;
  }

  hasView(name: string): boolean {
    return this.#scope.hasView(name);
  }

  of(number: number, test: Test): boolean {
    const known = this.#known[number];
    if (known !== undefined && known - this.#event >= 0) return known > this.#event;
    const answer = test.holds(this.#scope);
    this.#known[number] = answer ? this.#event + 1 : this.#event;
    return answer;
  }
}

/** Rules in, a detector out: it answers for one event after another which rules hold. */
import type { AuditEvent } from '../schema/audit-event.ts';
import type { Dialect } from '../schema/raw-record.ts';
import type { Severity } from '../schema/severity.ts';
import { isRuledOut } from './derived-views.ts';
import type { Enricher } from './enrich/enricher.ts';
import { EventScope } from './event-scope.ts';
import { type Bind, compiled, simplified, type Test } from './expression.ts';
import type { Finding } from './finding.ts';
import { isFor } from './log-source.ts';
import { routeOf } from './routing.ts';
import type { Rule, RuleSource } from './rule.ts';

export interface Detector {
  readonly findingsFor: (event: AuditEvent) => readonly Finding[];
}

export interface DetectorOptions {
  /** Of the rules of this source only the first that holds for an event is found, in the order they are given. */
  readonly firstOf?: RuleSource | undefined;
  /** Tells rules what is known of a caller's address. */
  readonly enricher?: Enricher | undefined;
}

/** What is left of a rule for events of one route. */
interface Candidate {
  readonly rule: Rule;
  readonly holds: (answers: Answers) => boolean;
  readonly severityOf: (answers: Answers) => Severity;
}

/**
 * What is left of the rules for events of one route. At most one of the views that are made of a body is possible on a
 * route but that of workloads, which any kind of object may be: whether an event has it decides most rules at once.
 */
interface Route {
  readonly view: string | undefined;
  with: readonly Candidate[] | undefined;
  without: readonly Candidate[] | undefined;
}

/** Answers of tests that a route decides. */
type Known = (test: Test) => boolean | undefined;

/** A cluster has some hundreds of routes. A caller that makes up verbs and resources cannot fill memory with them. */
const maxRoutes = 4096;

const none: readonly Finding[] = Object.freeze([]);

export const createDetector = (rules: readonly Rule[], options: DetectorOptions = {}): Detector => {
  const numbers = new Map<string, number>();
  const numberOf = (test: Test): number => {
    const known = numbers.get(test.key);
    if (known !== undefined) return known;
    numbers.set(test.key, numbers.size);
    return numbers.size - 1;
  };
  const bind: Bind<Answers> = (test) => {
    const number = numberOf(test);
    return (answers) => answers.of(number, test);
  };
  const routes = new Map<string, Route>();
  const unrouted = new Map<Dialect, readonly Candidate[]>();
  let answers: Answers | undefined;

  const candidatesFor = (dialect: Dialect, known: Known): readonly Candidate[] => {
    const candidates: Candidate[] = [];
    for (const rule of rules) {
      if (!isFor(rule.logSource, dialect)) continue;
      const rest = simplified(rule.expression, known);
      if (rest.kind === 'constant' && !rest.value) continue;
      candidates.push({ rule, holds: compiled(rest, bind), severityOf: severityOf(rule, known, bind) });
    }
    return candidates;
  };

  const unroutedFor = (dialect: Dialect): readonly Candidate[] => {
    const earlier = unrouted.get(dialect);
    if (earlier) return earlier;
    const candidates = candidatesFor(dialect, () => undefined);
    unrouted.set(dialect, candidates);
    return candidates;
  };

  /** The rules that can hold for events of the event's route, with all that the route decides already decided. */
  const candidatesOf = (event: AuditEvent, current: Answers): readonly Candidate[] => {
    const { dialect } = event.origin;
    const name = routeOf(event);
    if (name === undefined) return unroutedFor(dialect);
    let route = routes.get(name);
    if (!route) {
      if (routes.size >= maxRoutes) routes.clear();
      route = {
        view: derivedFromBody.find((view) => !isRuledOut(view, event)),
        with: undefined,
        without: undefined,
      };
      routes.set(name, route);
    }
    const absent = route.view !== undefined && !current.hasView(route.view) ? route.view : undefined;
    const half = absent === undefined ? 'with' : 'without';
    const earlier = route[half];
    if (earlier) return earlier;
    const candidates = candidatesFor(dialect, (test) => {
      const isKnown = isDecided(test, event) || (absent !== undefined && test.part === absent);
      return isKnown ? current.of(numberOf(test), test) : undefined;
    });
    route[half] = candidates;
    return candidates;
  };

  return {
    findingsFor: (event) => {
      if (answers) answers.turnTo(event);
      else answers = new Answers(event, options.enricher);
      const current = answers;
      let findings: Finding[] | undefined;
      let isFirstFound = false;
      for (const candidate of candidatesOf(event, current)) {
        const isOneOfFirst = candidate.rule.source === options.firstOf;
        if ((isOneOfFirst && isFirstFound) || !candidate.holds(current)) continue;
        isFirstFound ||= isOneOfFirst;
        findings ??= [];
        findings.push({ rule: candidate.rule, severity: candidate.severityOf(current), event });
      }
      return findings ?? none;
    },
  };
};

/** Those whose absence is worth knowing before the rules are asked. */
const derivedFromBody = ['rbac', 'service', 'webhook', 'workload'] as const;

/** Whether every event of this one's route gives the test the same answer. */
const isDecided = (test: Test, event: AuditEvent): boolean =>
  test.routed || (test.part !== undefined && isRuledOut(test.part, event));

const severityOf = (rule: Rule, known: Known, bind: Bind<Answers>): ((answers: Answers) => Severity) => {
  const cases = rule.severityCases.map(({ when, severity }) => ({
    holds: compiled(simplified(when, known), bind),
    severity,
  }));
  return (answers) => cases.find(({ holds }) => holds(answers))?.severity ?? rule.severity;
};

/** Each test's answer for the current event, asked once. */
class Answers {
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

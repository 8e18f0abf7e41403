/** Rules in, a detector out: it answers for one event after another which rules hold. */
import type { AuditEvent } from '../schema/audit-event.ts';
import type { Dialect } from '../schema/raw-record.ts';
import type { Severity } from '../schema/severity.ts';
import { Trie } from '../schema/trie.ts';
import { Answers, TestNumbers } from './answers.ts';
import { isRuledOut } from './derived-views.ts';
import type { Enricher } from './enrich/enricher.ts';
import { type Bind, compiled, type Expression, simplified, type Test, testsOf } from './expression.ts';
import type { Finding } from './finding.ts';
import { isFor } from './log-source.ts';
import { ClassesOfEvents } from './repeated-values.ts';
import { type RoutePart, routeOf } from './routing.ts';
import type { Rule, RuleSource, SeverityCase } from './rule.ts';

export interface Detector {
  readonly findingsFor: (event: AuditEvent) => readonly Finding[];
}

export interface DetectorOptions {
  /** Of the rules of this source only the first that holds for an event is found, in the order they are given. */
  readonly firstOf?: RuleSource | undefined;
  /** Tells rules what is known of a caller's address. */
  readonly enricher?: Enricher | undefined;
}

/** What is left of a rule once some of its tests are answered. */
interface Remainder {
  readonly rule: Rule;
  readonly expression: Expression;
  readonly severityCases: readonly SeverityCase[];
}

/** A remainder that can be asked. */
interface Candidate {
  readonly rule: Rule;
  /** Of all such only the first that holds is found. */
  readonly isOneOfFirst: boolean;
  readonly holds: (answers: Answers) => boolean;
  readonly severityOf: (answers: Answers) => Severity;
}

/** What is left of the rules for events of one route. */
interface Route {
  readonly remainders: readonly Remainder[];
  /** The views that are made of a body and possible on this route: any kind of object may be a workload. */
  readonly views: readonly string[];
  readonly byClass: Trie<number, Meeting>;
}

/**
 * What is left of them for events of the same classes. Whether an event has the views that they ask for decides most of
 * them at once.
 */
interface Meeting {
  readonly remainders: readonly Remainder[];
  readonly views: readonly string[];
  /** One bit for each view, set where an event has it: the rules for such events. */
  readonly byViews: (readonly Candidate[] | undefined)[];
}

/** Answers to some of the tests. */
type Known = (test: Test) => boolean | undefined;

/** A cluster has some hundreds of routes. A caller that makes up verbs and resources cannot fill memory with them. */
const maxRoutes = 4096;
/** As little can one that makes up names. */
const maxMeetings = 65_536;
/** For events that are of no class: nothing of them is known beforehand. */
const unclassed: readonly number[] = [];

const none: readonly Finding[] = Object.freeze([]);

export const createDetector = (rules: readonly Rule[], options: DetectorOptions = {}): Detector => {
  const numbers = new TestNumbers();
  const bind: Bind<Answers> = (test) => {
    const number = numbers.of(test);
    return (answers) => answers.of(number, test);
  };
  const classes = new ClassesOfEvents(
    rules.flatMap((rule) => [...testsOfRule(rule)]),
    numbers,
  );
  /** The event's own answers to those tests that are decided for all events like it. */
  const answersTo =
    (isDecided: (test: Test) => boolean, current: Answers): Known =>
    (test) =>
      isDecided(test) ? current.of(numbers.of(test), test) : undefined;
  const routes = new Trie<RoutePart, Route>();
  let meetings = 0;
  const unrouted = new Map<Dialect, readonly Candidate[]>();
  let answers: Answers | undefined;
  /** Grows to as many as one event has met; a list of its own for each would be made too large, or grow each time. */
  const found: Finding[] = [];

  const candidatesOf = (remainders: readonly Remainder[]): readonly Candidate[] =>
    remainders.map(({ rule, expression, severityCases }) => {
      const cases = severityCases.map(({ when, severity }) => ({ holds: compiled(when, bind), severity }));
      return {
        rule,
        isOneOfFirst: rule.source === options.firstOf,
        holds: compiled(expression, bind),
        severityOf:
          cases.length === 0
            ? () => rule.severity
            : (current) => cases.find(({ holds }) => holds(current))?.severity ?? rule.severity,
      };
    });

  const rulesFor = (dialect: Dialect): readonly Remainder[] =>
    rules
      .filter((rule) => isFor(rule.logSource, dialect))
      .map((rule) => ({ rule, expression: rule.expression, severityCases: rule.severityCases }));

  const unroutedFor = (dialect: Dialect): readonly Candidate[] => {
    const earlier = unrouted.get(dialect);
    if (earlier) return earlier;
    const candidates = candidatesOf(rulesFor(dialect));
    unrouted.set(dialect, candidates);
    return candidates;
  };

  const routeNamed = (name: readonly RoutePart[], event: AuditEvent, current: Answers): Route => {
    const earlier = routes.get(name);
    if (earlier) return earlier;
    if (routes.size >= maxRoutes) forgetRoutes();
    const remainders = remaining(
      rulesFor(event.origin.dialect),
      answersTo((test) => isDecided(test, event), current),
    );
    const views = derivedFromBody.filter((name) => !isRuledOut(name, event));
    const route: Route = { remainders, views, byClass: new Trie() };
    routes.set(name, route);
    return route;
  };

  const forgetRoutes = (): void => {
    routes.clear();
    meetings = 0;
  };

  const meetingOn = (route: Route, event: AuditEvent, current: Answers): Meeting => {
    const key = classes.of(event, current) ?? unclassed;
    const earlier = route.byClass.get(key);
    if (earlier) return earlier;
    const remainders =
      key === unclassed
        ? route.remainders
        : remaining(
            route.remainders,
            answersTo((test) => classes.decide(test, event), current),
          );
    const views = route.views.filter((view) => remainders.some((remainder) => asksFor(remainder, view)));
    const meeting: Meeting = { remainders, views, byViews: [] };
    if (++meetings > maxMeetings) forgetRoutes();
    route.byClass.set(key, meeting);
    return meeting;
  };

  /** The rules that can hold for an event, with all that its route and its classes decide already decided. */
  const candidatesFor = (event: AuditEvent, current: Answers): readonly Candidate[] => {
    const name = routeOf(event);
    if (name === undefined) return unroutedFor(event.origin.dialect);
    const { views, byViews, remainders } = meetingOn(routeNamed(name, event, current), event, current);
    let there = 0;
    for (let at = 0; at < views.length; at++) if (current.hasView(views[at] ?? '')) there |= 1 << at;
    const earlier = byViews[there];
    if (earlier) return earlier;
    const absent = views.filter((_, at) => (there & (1 << at)) === 0);
    const candidates = candidatesOf(
      remaining(remainders, (test) =>
        test.part !== undefined && absent.includes(test.part)
          ? current.of(numbers.of(test), test)
          : undefined,
      ),
    );
    byViews[there] = candidates;
    return candidates;
  };

  return {
    findingsFor: (event) => {
      if (answers) answers.turnTo(event);
      else answers = new Answers(event, options.enricher);
      const current = answers;
      let count = 0;
      let isFirstFound = false;
      for (const candidate of candidatesFor(event, current)) {
        if ((candidate.isOneOfFirst && isFirstFound) || !candidate.holds(current)) continue;
        isFirstFound ||= candidate.isOneOfFirst;
        const { rule } = candidate;
        found[count++] = { rule, severity: candidate.severityOf(current), event, scope: current.scope };
      }
      return count === 0 ? none : found.slice(0, count);
    },
  };
};

/** Those whose absence is worth knowing before the rules are asked. */
const derivedFromBody = ['rbac', 'service', 'webhook', 'workload'] as const;

/** Whether every event of this one's route gives the test the same answer. */
const isDecided = (test: Test, event: AuditEvent): boolean =>
  test.routed || (test.part !== undefined && isRuledOut(test.part, event));

/** Those that can still hold, without what is known. */
const remaining = (remainders: readonly Remainder[], known: Known): readonly Remainder[] =>
  remainders.flatMap(({ rule, expression, severityCases }) => {
    const rest = simplified(expression, known);
    if (rest.kind === 'constant' && !rest.value) return [];
    const cases = severityCases.map(({ when, severity }) => ({ when: simplified(when, known), severity }));
    return [{ rule, expression: rest, severityCases: cases }];
  });

function* testsOfRule({ expression, severityCases }: Rule): Generator<Test> {
  yield* testsOf(expression);
  for (const { when } of severityCases) yield* testsOf(when);
}

const asksFor = ({ expression, severityCases }: Remainder, view: string): boolean => {
  for (const part of [expression, ...severityCases.map(({ when }) => when)])
    for (const test of testsOf(part)) if (test.part === view) return true;
  return false;
};

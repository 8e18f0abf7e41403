/** Rules in, a detector out: it answers for one event after another which rules hold. */
import type { AuditEvent } from '../schema/audit-event.ts';
import type { Dialect } from '../schema/raw-record.ts';
import type { Severity } from '../schema/severity.ts';
import { Answers, TestNumbers } from './answers.ts';
import { isRuledOut } from './derived-views.ts';
import type { Enricher } from './enrich/enricher.ts';
import { type Bind, compiled, type Expression, simplified, type Test, testsOf } from './expression.ts';
import type { Finding } from './finding.ts';
import { isFor } from './log-source.ts';
import { ClassesOfEvents, isOfRepeatedField } from './repeated-values.ts';
import { routeOf } from './routing.ts';
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
  readonly holds: (answers: Answers) => boolean;
  readonly severityOf: (answers: Answers) => Severity;
}

/** What is left of the rules for events of one route. */
interface Route {
  readonly remainders: readonly Remainder[];
  /** The view that is made of a body and possible on this route. */
  readonly view: string | undefined;
  readonly byClass: Map<number, Meeting>;
}

/**
 * What is left of them for events whose repeated values are of the same classes. At most one of the views that are made
 * of a body is possible on a route but that of workloads, which any kind of object may be: where one of the rules asks
 * for it, whether an event has it decides most of them at once.
 */
interface Meeting {
  readonly remainders: readonly Remainder[];
  readonly view: string | undefined;
  with: readonly Candidate[] | undefined;
  without: readonly Candidate[] | undefined;
}

/** Answers to some of the tests. */
type Known = (test: Test) => boolean | undefined;

/** A cluster has some hundreds of routes. A caller that makes up verbs and resources cannot fill memory with them. */
const maxRoutes = 4096;
/** As little can one that makes up names. */
const maxMeetings = 65_536;
/** For events whose values are not plain: nothing of them is known beforehand. */
const unclassed = -1;

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
  const routes = new Map<string, Route>();
  let meetings = 0;
  const unrouted = new Map<Dialect, readonly Candidate[]>();
  let answers: Answers | undefined;

  const candidatesOf = (remainders: readonly Remainder[]): readonly Candidate[] =>
    remainders.map(({ rule, expression, severityCases }) => {
      const cases = severityCases.map(({ when, severity }) => ({ holds: compiled(when, bind), severity }));
      return {
        rule,
        holds: compiled(expression, bind),
        severityOf: (current) => cases.find(({ holds }) => holds(current))?.severity ?? rule.severity,
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

  const routeNamed = (name: string, event: AuditEvent, current: Answers): Route => {
    const earlier = routes.get(name);
    if (earlier) return earlier;
    if (routes.size >= maxRoutes) forgetRoutes();
    const remainders = remaining(rulesFor(event.origin.dialect), (test) =>
      isDecided(test, event) ? current.of(numbers.of(test), test) : undefined,
    );
    const view = derivedFromBody.find((name) => !isRuledOut(name, event));
    const route: Route = { remainders, view, byClass: new Map() };
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
        : remaining(route.remainders, (test) =>
            isOfRepeatedField(test) ? current.of(numbers.of(test), test) : undefined,
          );
    const isAsked = remainders.some((remainder) => asksFor(remainder, route.view));
    const meeting: Meeting = {
      remainders,
      view: isAsked ? route.view : undefined,
      with: undefined,
      without: undefined,
    };
    if (++meetings > maxMeetings) forgetRoutes();
    route.byClass.set(key, meeting);
    return meeting;
  };

  /** The rules that can hold for an event, with all that its route and its repeated values decide already decided. */
  const candidatesFor = (event: AuditEvent, current: Answers): readonly Candidate[] => {
    const name = routeOf(event);
    if (name === undefined) return unroutedFor(event.origin.dialect);
    const meeting = meetingOn(routeNamed(name, event, current), event, current);
    const { view } = meeting;
    if (view === undefined || current.hasView(view)) {
      meeting.with ??= candidatesOf(meeting.remainders);
      return meeting.with;
    }
    meeting.without ??= candidatesOf(
      remaining(meeting.remainders, (test) =>
        test.part === view ? current.of(numbers.of(test), test) : undefined,
      ),
    );
    return meeting.without;
  };

  return {
    findingsFor: (event) => {
      if (answers) answers.turnTo(event);
      else answers = new Answers(event, options.enricher);
      const current = answers;
      let findings: Finding[] | undefined;
      let isFirstFound = false;
      for (const candidate of candidatesFor(event, current)) {
        const isOneOfFirst = candidate.rule.source === options.firstOf;
        if ((isOneOfFirst && isFirstFound) || !candidate.holds(current)) continue;
        isFirstFound ||= isOneOfFirst;
        findings ??= [];
        findings.push({
          rule: candidate.rule,
          severity: candidate.severityOf(current),
          event,
          scope: current.scope,
        });
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

const asksFor = ({ expression, severityCases }: Remainder, view: string | undefined): boolean => {
  if (view === undefined) return false;
  for (const part of [expression, ...severityCases.map(({ when }) => when)])
    for (const test of testsOf(part)) if (test.part === view) return true;
  return false;
};

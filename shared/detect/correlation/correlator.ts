/** Findings of a delivery in, one after the other; once memory has been told of them, the correlations that hold, out. */
import type { Clock, StateStore } from '../../ports.ts';
import type { AuditEvent } from '../../schema/audit-event.ts';
import type { Enricher } from '../enrich/enricher.ts';
import { EventScope } from '../event-scope.ts';
import type { Finding } from '../finding.ts';
import { hashOf } from '../hash.ts';
import { requestOf } from '../request.ts';
import type { Rule } from '../rule.ts';
import type { Scope } from '../scope.ts';
import { absenceWatch } from './absence.ts';
import { baselineWatch } from './baseline.ts';
import { type Correlation, heardBy } from './correlation.ts';
import { firstSeenWatch } from './first-seen.ts';
import { type Incident, incidentsOf, lastOf, type Occurrence } from './incident.ts';
import { silenceWatch } from './silence.ts';
import { groupScope, type Trigger } from './trigger.ts';
import { askedTogether, type Question, type Watch } from './watch.ts';
import { windowWatch } from './windowed.ts';
import { type Remembered, rememberedOf, type Witness, witnessOf } from './witness.ts';

export interface Correlator {
  /** Remembers a finding for the next `settle`. Findings that no correlation hears of cost one look-up. */
  readonly take: (finding: Finding) => void;
  /** How many findings wait. */
  readonly waiting: () => number;
  /**
   * Tells memory what was taken, each key once, and answers what holds now. It may be repeated with the same findings:
   * the answer is the same. Where memory fails, what was taken is lost to this correlator and must be taken again.
   */
  readonly settle: () => Promise<readonly Incident[]>;
  /** Answers what has fallen silent; to be called every few minutes where logs come live. */
  readonly tick: () => Promise<readonly Incident[]>;
}

export interface CorrelatorOptions {
  readonly state: StateStore;
  readonly now: Clock;
  /** Tells groups and fields what is known of a caller's address. */
  readonly enricher?: Enricher | undefined;
  /** One incident for each window and group, not for each arrival. */
  readonly suppress: boolean;
}

/** Who hears of a rule's findings, and as which of its inputs. */
interface Listener {
  readonly post: Post;
  readonly take: Watch['take'];
  readonly place: number;
}

/** A watch on its level. */
interface Post {
  readonly watch: Watch;
  /** Its place on the level. */
  readonly order: number;
  readonly level: Level;
  /** It may have something to tell. */
  isAwake: boolean;
}

interface Level {
  readonly posts: readonly Post[];
  /** Those that may have something to tell: of all the watches a delivery reaches few. */
  awake: Post[];
}

const levelWith = (watches: readonly Watch[]): Level => {
  const posts: Post[] = [];
  const level: Level = { posts, awake: [] };
  for (const [order, watch] of watches.entries()) posts.push({ watch, order, level, isAwake: false });
  return level;
};

const wake = (post: Post): void => {
  if (post.isAwake) return;
  post.isAwake = true;
  post.level.awake.push(post);
};

/** Those that are awake, in their order; they are so no more. */
const awakeOn = (level: Level): readonly Post[] => {
  const { awake } = level;
  level.awake = [];
  for (const post of awake) post.isAwake = false;
  return awake.sort((left, right) => left.order - right.order);
};

export const createCorrelator = (rules: readonly Rule[], options: CorrelatorOptions): Correlator => {
  const levels = levelsOf(rules).map((level) => levelWith(level.map((rule) => watchOf(rule, options))));
  const listeners = new Map<string, Listener[]>();
  for (const post of levels.flatMap(({ posts }) => posts)) {
    for (const [place, { rule }] of heardBy(correlationOf(post.watch.rule)).entries()) {
      const known = listeners.get(rule);
      const listener: Listener = { post, take: post.watch.take, place };
      if (known) known.push(listener);
      else listeners.set(rule, [listener]);
    }
  }
  let waiting = 0;
  /** The event of the last finding: those of one event come one after the other. */
  let met: MetEvent | undefined;

  const tell = (trigger: Trigger, heard = listeners.get(trigger.rule.id)): void => {
    if (!heard) return;
    for (const { post, take, place } of heard) {
      take(place, trigger);
      wake(post);
    }
  };

  /** What a correlation finds is told to those above it. */
  const heldBy = (rule: Rule, { entries, read }: Question, incidents: Incident[]): Question => ({
    entries,
    read: async (answers) => {
      const occurrences = await read(answers);
      for (const occurrence of occurrences) tell(triggerOf(rule, occurrence));
      if (!rule.isSilent) incidents.push(...incidentsOf(rule, occurrences, options.suppress));
      return occurrences;
    },
  });

  /** Level by level, for what holds on one is told to the next. */
  const asked = async (
    postsOn: (level: Level) => readonly Post[],
    questionOf: (watch: Watch) => Question | undefined,
  ): Promise<readonly Incident[]> => {
    const incidents: Incident[] = [];
    for (const level of levels) {
      const question = askedTogether(
        postsOn(level).flatMap((post) => {
          const own = questionOf(post.watch);
          if (!own) return [];
          // What it reads in the answer may be worth telling the next time.
          wake(post);
          return [heldBy(post.watch.rule, own, incidents)];
        }),
      );
      if (!question) continue;
      const { entries, read } = question;
      await read(entries.length === 0 ? [] : await options.state.add(entries));
    }
    return incidents;
  };

  return {
    take: (finding) => {
      const { rule, event } = finding;
      const { time } = event;
      const heard = listeners.get(rule.id);
      // What has no time lies in no window.
      if (time === undefined || !heard) return;
      waiting++;
      if (met?.event !== event)
        met = new MetEvent(event, time, finding.scope ?? new EventScope(event, options.enricher));
      tell(new EventTrigger(rule, met), heard);
    },
    waiting: () => waiting,
    settle: () => {
      waiting = 0;
      met = undefined;
      return asked(awakeOn, (watch) => watch.drain());
    },
    tick: () =>
      asked(
        ({ posts }) => posts,
        (watch) => askedTogether([watch.drain(), watch.tick?.()].filter((some) => some !== undefined)),
      ),
  };
};

const correlationOf = ({ id, correlation }: Rule): Correlation => {
  if (!correlation) throw new TypeError(`${id} is no correlation`);
  return correlation;
};

const watchOf = (rule: Rule, { now, state }: CorrelatorOptions): Watch => {
  const correlation = correlationOf(rule);
  switch (correlation.type) {
    case 'first_seen':
      return firstSeenWatch(rule, correlation);
    case 'baseline':
      return baselineWatch(rule, correlation, state, now);
    case 'absence':
      return correlation.while.length === 0
        ? silenceWatch(rule, correlation, now)
        : absenceWatch(rule, correlation);
    default:
      return windowWatch(rule, correlation);
  }
};

/** Correlations by how many others stand below them. The loader has refused circles. */
const levelsOf = (rules: readonly Rule[]): readonly (readonly Rule[])[] => {
  const correlations = new Map(rules.filter(({ correlation }) => correlation).map((rule) => [rule.id, rule]));
  const levels: Rule[][] = [];
  const known = new Map<string, number>();
  const levelOf = (rule: Rule): number => {
    const earlier = known.get(rule.id);
    if (earlier !== undefined) return earlier;
    const below = heardBy(correlationOf(rule)).flatMap((input) => correlations.get(input.rule) ?? []);
    const level = below.reduce((most, inner) => Math.max(most, levelOf(inner) + 1), 0);
    known.set(rule.id, level);
    return level;
  };
  for (const rule of correlations.values()) {
    const level = levelOf(rule);
    while (levels.length <= level) levels.push([]);
    levels[level]?.push(rule);
  }
  return levels;
};

/** An event, whatever rules it met. What costs is worked out only where it is asked for, and once. */
class MetEvent {
  readonly event: AuditEvent;
  readonly time: number;
  readonly scope: Scope;
  #id: string | undefined;
  #remembered: Remembered | undefined;

  constructor(event: AuditEvent, time: number, scope: Scope) {
    this.event = event;
    this.time = time;
    this.scope = scope;
  }

  get id(): string {
    this.#id ??= hashOf(requestOf(this.event));
    return this.#id;
  }

  get remembered(): Remembered {
    this.#remembered ??= rememberedOf(this.event);
    return this.#remembered;
  }
}

/** An event that met a rule. */
class EventTrigger implements Trigger {
  readonly rule: Rule;
  readonly time: number;
  readonly scope: Scope;
  readonly #met: MetEvent;
  #witness: Witness | undefined;

  constructor(rule: Rule, met: MetEvent) {
    this.rule = rule;
    this.time = met.time;
    this.scope = met.scope;
    this.#met = met;
  }

  get event(): string {
    return this.#met.event.id;
  }

  get id(): string {
    return this.#met.id;
  }

  witness(): Witness {
    this.#witness ??= witnessOf(this.rule, this.time, this.#met.remembered);
    return this.#witness;
  }
}

/** A correlation that held, as an event for those above it: at that time, with nothing but its group's values. */
const triggerOf = (rule: Rule, { time, values, seen, message }: Occurrence): Trigger => {
  const names = [...values.keys()];
  const last = lastOf(seen);
  return {
    rule,
    id: hashOf(JSON.stringify([rule.id, time, ...values, last?.id])),
    event: last?.id ?? '',
    time,
    scope: groupScope(names, [...values.values()]),
    witness: () => {
      if (!last) throw new TypeError(`${rule.id} held without an event`);
      // What it counted is told with it, for its own events are not.
      return { ...last, time, rule: { id: rule.id, title: `${rule.title} (${message()})` } };
    },
  };
};

/** Sources that have fallen silent, by the clock: seen at every arrival of another source, and at every tick. */
import type { Clock, Entry, Member } from '../../ports.ts';
import { isObject } from '../../schema/json.ts';
import type { Rule } from '../rule.ts';
import { mirrored } from './bucket.ts';
import { type Absence, forgottenAfterSeconds } from './correlation.ts';
import { Groups } from './groups.ts';
import { type Occurrence, spanText, wholeStretch } from './incident.ts';
import type { GroupValue, Trigger } from './trigger.ts';
import { namedValues, type Question, type Watch } from './watch.ts';
import type { Witness } from './witness.ts';

/** A fleet has so many sources at most. */
const maxSources = 10_000;
/** Sightings of a source closer together than this part of the silence that counts are not told. */
const sightingsPerSilence = 16;

/** Only what has come live can fall silent: lines older than the silence that counts say nothing about now. */
export const silenceWatch = (rule: Rule, correlation: Absence, now: Clock): Watch => {
  const milliseconds = correlation.seconds * 1000;
  const groups = new Groups(
    (values): Source => ({ id: JSON.stringify(values), last: Number.NEGATIVE_INFINITY, sighting: undefined }),
  );

  const silentSources = (members: readonly Member[]): readonly Occurrence[] => {
    const time = now();
    return members.flatMap((member): readonly Occurrence[] => {
      const lastSeen = mirrored(member.time);
      if (time - lastSeen < milliseconds || !isObject(member.value)) return [];
      const values = JSON.parse(member.id) as readonly GroupValue[];
      return [
        {
          // Not the time of the tick, so that one silence is one alert however often it is seen.
          time: lastSeen + milliseconds,
          seen: wholeStretch([member.value as unknown as Witness]),
          values: namedValues(correlation.groupBy, values),
          message: () =>
            `nothing came for ${spanText(correlation.seconds)} after ${new Date(lastSeen).toISOString()}`,
        },
      ];
    });
  };

  const entryOf = (members: readonly Member[]): Entry => ({
    key: `absence/${rule.id}/sources`,
    members,
    ttlSeconds: forgottenAfterSeconds,
    maxMembers: maxSources,
  });

  const asked = (members: readonly Member[]): Question => ({
    entries: [entryOf(members)],
    read: ([answer = []]) => silentSources(answer),
  });

  return {
    rule,
    take: (place, trigger) => {
      const input = correlation.inputs[place];
      if (!input || now() - trigger.time >= milliseconds) return;
      for (const source of groups.of(trigger, input)) {
        if (trigger.time - source.last < milliseconds / sightingsPerSilence) continue;
        source.last = trigger.time;
        source.sighting = trigger;
        groups.touch(source);
      }
    },
    drain: () => {
      const members = groups.drain().flatMap(taken);
      return members.length === 0 ? undefined : asked(members);
    },
    tick: () => asked([]),
  };
};

/** A group of the rule, by the JSON of its values. */
interface Source {
  readonly id: string;
  /** The latest sighting that was told of. */
  last: number;
  sighting: Trigger | undefined;
}

const taken = (source: Source): readonly Member[] => {
  const { id, sighting } = source;
  source.sighting = undefined;
  return sighting ? [{ id, time: mirrored(sighting.time), value: sighting.witness() as never }] : [];
};

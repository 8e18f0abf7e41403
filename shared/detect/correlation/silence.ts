/** Sources that have fallen silent, by the clock: seen at every arrival of another source, and at every tick. */
import type { Clock, Entry, Member } from '../../ports.ts';
import { isObject } from '../../schema/json.ts';
import { Recent } from '../../schema/recent.ts';
import type { Rule } from '../rule.ts';
import type { Absence } from './correlation.ts';
import { type Occurrence, spanText, wholeStretch } from './incident.ts';
import { type GroupValue, groupName, groupsOf } from './trigger.ts';
import { namedValues, type Watch } from './watch.ts';
import type { Witness } from './witness.ts';

/** What has been gone for so long is given up: it was taken away on purpose. */
const forgottenAfterSeconds = 30 * 86_400;
/** A fleet has so many sources at most. */
const maxSources = 10_000;
/** Sightings of a source closer together than this part of the silence that counts are not told. */
const sightingsPerSilence = 16;

/** Only what has come live can fall silent: lines older than the silence that counts say nothing about now. */
export const silenceWatch = (rule: Rule, correlation: Absence, now: Clock): Watch => {
  const milliseconds = correlation.seconds * 1000;
  const told = new Recent<number>(maxSources);
  let sources = new Map<string, Member>();

  const silentSources = (members: readonly Member[]): readonly Occurrence[] => {
    const time = now();
    return members.flatMap((member): readonly Occurrence[] => {
      const lastSeen = -member.time;
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

  const asked = (members: readonly Member[]) => ({
    entries: [entryOf(members)],
    read: ([answer = []]: readonly (readonly Member[])[]) => silentSources(answer),
  });

  return {
    rule,
    take: (place, trigger) => {
      const input = correlation.inputs[place];
      if (!input || now() - trigger.time >= milliseconds) return;
      for (const values of groupsOf(trigger, input)) {
        const name = groupName(values);
        const last = told.get(name);
        if (last !== undefined && trigger.time - last < milliseconds / sightingsPerSilence) continue;
        told.put(name, trigger.time);
        const id = JSON.stringify(values);
        // With the time mirrored at zero the set keeps the latest sighting.
        sources.set(id, { id, time: -trigger.time, value: trigger.witness() as never });
      }
    },
    drain: () => {
      const members = [...sources.values()];
      sources = new Map();
      return members.length === 0 ? { entries: [], read: () => [] } : asked(members);
    },
    tick: () => asked([]),
  };
};

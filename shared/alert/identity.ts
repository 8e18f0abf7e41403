/** Sign-ins and stated identities in, as they come; alerts in; the same with the cloud identity behind each name, out. */
import { hashOf } from '../detect/hash.ts';
import type { Entry, Member, StateStore } from '../ports.ts';
import type { Actor, AuditEvent, Origin } from '../schema/audit-event.ts';
import { isObject, textOf } from '../schema/json.ts';
import { Recent } from '../schema/recent.ts';
import type { Alert, CloudIdentity } from './alert.ts';

export interface Identities {
  /** Remembers what an event states of its actor for the next `settle`. */
  readonly observe: (event: AuditEvent) => void;
  /** Tells memory. It may be repeated with the same events. */
  readonly settle: () => Promise<void>;
  /**
   * Gives alerts whose actor states no cloud identity the one that memory knows. Where several may have stood behind
   * the name at that time, the alert names them all and claims none.
   */
  readonly join: (alerts: readonly Alert[]) => Promise<readonly Alert[]>;
}

/** Sessions last twelve hours at most: a sign-in says nothing about what came later than that. */
const sessionMilliseconds = 12 * 3_600_000;
/** The two logs of a cluster are not in step. */
const skewMilliseconds = 300_000;
/** An identity is told once in this time. */
const stepMilliseconds = 3_600_000;
const ttlSeconds = 7 * 86_400;
const rememberedIdentities = 10_000;

export const identitiesIn = (state: StateStore): Identities => {
  const told = new Recent<true>(rememberedIdentities);
  /** What was stated lately, in its own words: most events state what the one before did. */
  const stated = new Recent<true>(rememberedIdentities);
  let waiting = new Map<string, Map<string, Member>>();
  let waitingWords = new Set<string>();

  const note = (key: string, { name, credentialId }: CloudIdentity, time: number): void => {
    const id = `${Math.floor(time / stepMilliseconds)} ${name} ${credentialId ?? ''}`;
    if (told.get(`${key} ${id}`)) return;
    const members = waiting.get(key) ?? new Map<string, Member>();
    waiting.set(key, members);
    const known = members.get(id);
    if (!known || time < known.time) members.set(id, { id, time, value: { name, credentialId } });
  };

  return {
    observe: ({ kind, actor, origin, outcome, time }) => {
      const { cloudIdentity, credentialId } = actor;
      if (cloudIdentity === undefined || cloudIdentity === actor.name || time === undefined) return;
      if (kind === 'authentication' && outcome.result === 'failure') return;
      const step = Math.floor(time / stepMilliseconds);
      const words = `${step}\n${cloudIdentity}\n${credentialId ?? ''}\n${actor.uid ?? ''}\n${actor.name ?? ''}\n${origin.cluster ?? ''}\n${origin.clusterId ?? ''}`;
      if (stated.get(words)) return;
      if (waitingWords.size < rememberedIdentities) waitingWords.add(words);
      for (const key of keysOf(origin, actor)) note(key, { name: cloudIdentity, credentialId }, time);
    },
    settle: async () => {
      const taken = waiting;
      const words = waitingWords;
      waiting = new Map();
      waitingWords = new Set();
      if (taken.size === 0) return;
      await state.add([...taken].map(([key, members]) => entryOf(key, [...members.values()])));
      for (const [key, members] of taken) for (const id of members.keys()) told.put(`${key} ${id}`, true);
      for (const word of words) stated.put(word, true);
    },
    join: async (alerts) => {
      const keys = new Map(
        alerts.flatMap((alert) => (isUnjoined(alert) ? [[alert, keysOf(alert, alert.actor)]] : [])),
      );
      const asked = [...new Set([...keys.values()].flat())];
      if (asked.length === 0) return alerts;
      const answers = await state.add(asked.map((key) => entryOf(key, [])));
      const known = new Map(asked.map((key, at) => [key, answers[at] ?? []]));
      return alerts.map((alert) => {
        // What the uid says counts, and only where it says nothing the name.
        const found = (keys.get(alert) ?? []).map((key) => candidatesAt(alert.time, known.get(key) ?? []));
        return withIdentity(alert, found.find((candidates) => candidates.length > 0) ?? []);
      });
    },
  };
};

const isUnjoined = ({ actor, time }: Alert): boolean =>
  actor.cloudIdentity === undefined &&
  time !== undefined &&
  actor.type !== 'anonymous' &&
  actor.type !== 'service-account';

/**
 * By the principal's own id, which no mapping changes, and by the user name. The authenticator writes the id alone or as
 * the last part of a uid: `aws-iam-authenticator:<account>:<id>`.
 */
const keysOf = (
  { clusterId, cluster }: Pick<Origin, 'clusterId' | 'cluster'>,
  { uid, name }: Pick<Actor, 'uid' | 'name'>,
): readonly string[] => {
  const place = clusterId ?? cluster ?? '';
  const id = uid?.split(':').at(-1);
  return [...(id ? [`uid ${id}`] : []), ...(name ? [`name ${name}`] : [])].map(
    (who) => `identity/${hashOf(`${place}\n${who}`)}`,
  );
};

const entryOf = (key: string, members: readonly Member[]): Entry => ({ key, members, ttlSeconds });

const candidatesAt = (time: number | undefined, members: readonly Member[]): readonly CloudIdentity[] => {
  if (time === undefined) return [];
  const fitting = members.filter(
    (member) =>
      member.time - skewMilliseconds <= time && time <= member.time + stepMilliseconds + sessionMilliseconds,
  );
  const byName = new Map<string, CloudIdentity>();
  for (const { value } of fitting) {
    const name = isObject(value) ? textOf(value.name) : undefined;
    if (name === undefined || !isObject(value)) continue;
    const credentialId = textOf(value.credentialId);
    byName.set(`${name} ${credentialId ?? ''}`, { name, credentialId });
  }
  return [...byName.values()];
};

const withIdentity = (alert: Alert, candidates: readonly CloudIdentity[]): Alert => {
  const [only, ...more] = candidates;
  if (!only) return alert;
  if (more.length > 0) return { ...alert, identities: candidates.slice(0, maxIdentities) };
  const { name: cloudIdentity, credentialId } = only;
  return {
    ...alert,
    actor: { ...alert.actor, cloudIdentity, credentialId: alert.actor.credentialId ?? credentialId },
  };
};

const maxIdentities = 10;

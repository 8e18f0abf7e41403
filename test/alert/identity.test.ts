/** Who stands behind a Kubernetes user name, told by what other lines have stated. */
import { describe, expect, it } from 'vitest';
import type { Alert } from '../../shared/alert/alert.ts';
import { identitiesIn } from '../../shared/alert/identity.ts';
import { messageOf } from '../../shared/alert/message.ts';
import type { Actor, AuditEvent } from '../../shared/schema/audit-event.ts';
import { memoryState } from '../../shared/state/memory-state.ts';
import { exampleAlert, exampleEvent } from './example.ts';

const start = Date.UTC(2026, 0, 2, 3, 0, 0);
const minute = 60_000;
const hour = 60 * minute;
const alice = 'arn:aws:sts::111122223333:assumed-role/admin/alice';
const bob = 'arn:aws:sts::111122223333:assumed-role/admin/bob';
const uid = 'aws-iam-authenticator:111122223333:AROAEXAMPLE';

const signIn = (time: number, actor: Partial<Actor>, more: Partial<AuditEvent> = {}): AuditEvent => ({
  ...exampleEvent(),
  kind: 'authentication',
  time,
  actor: { type: 'user', ...actor },
  outcome: { result: 'success' },
  ...more,
});

const alertBy = (actor: Partial<Actor>, time = start, more: Partial<Alert> = {}): Alert => ({
  ...exampleAlert(),
  time,
  actor: { type: 'user', name: 'kubernetes-admin', ...actor },
  ...more,
});

const joined = async (events: readonly AuditEvent[], alert: Alert): Promise<Alert | undefined> => {
  const state = memoryState(() => start);
  const told = identitiesIn(state);
  for (const event of events) told.observe(event);
  await told.settle();
  // Another process asks.
  const [result] = await identitiesIn(state).join([alert]);
  return result;
};

describe('an alert whose log names no cloud identity', () => {
  it('gets the one that signed in as that principal, with its key', async () => {
    const result = await joined(
      [signIn(start - minute, { uid: 'AROAEXAMPLE', cloudIdentity: alice, credentialId: 'ASIAEXAMPLE' })],
      alertBy({ uid }),
    );
    expect(result?.actor).toMatchObject({
      name: 'kubernetes-admin',
      cloudIdentity: alice,
      credentialId: 'ASIAEXAMPLE',
    });
  });

  it('gets it by the user name where the log states no uid', async () => {
    const grant = signIn(start, { name: 'kubernetes-admin', uid, cloudIdentity: alice });
    expect((await joined([grant], alertBy({})))?.actor.cloudIdentity).toBe(alice);
  });

  it('names all who may have been it, and claims none', async () => {
    const both = [alice, bob].map((cloudIdentity) => signIn(start, { uid, cloudIdentity }));
    const result = await joined(both, alertBy({ uid }));
    expect(result?.actor.cloudIdentity).toBeUndefined();
    expect(result?.identities?.map(({ name }) => name).toSorted()).toEqual([alice, bob]);
    expect(messageOf(result ?? exampleAlert())[0]?.lines[0]).toContain(
      `kubernetes-admin, one of ${alice}, ${bob}`,
    );
  });

  it.each([
    ['before it signed in', start - hour],
    ['long after its session can have ended', start + 14 * hour],
  ])('stays as it is %s', async (_, time) => {
    const result = await joined([signIn(start, { uid, cloudIdentity: alice })], alertBy({ uid }, time));
    expect(result?.actor.cloudIdentity).toBeUndefined();
    expect(result?.identities).toBeUndefined();
  });

  it('takes nothing from another cluster, from a sign-in that failed, or from one without a time', async () => {
    const strangers = [
      signIn(
        start,
        { uid, cloudIdentity: alice },
        { origin: { dialect: 'eks-authenticator', cluster: 'other' } },
      ),
      signIn(start, { uid, cloudIdentity: alice }, { outcome: { result: 'failure' } }),
      signIn(start, { uid, cloudIdentity: alice }, { time: undefined }),
    ];
    expect((await joined(strangers, alertBy({ uid })))?.actor.cloudIdentity).toBeUndefined();
  });

  it('keeps what its own log states, and asks memory nothing for it', async () => {
    const memory = memoryState(() => start);
    let asked = 0;
    const state = {
      ...memory,
      add: async (entries: Parameters<typeof memory.add>[0]) => {
        asked++;
        return memory.add(entries);
      },
    };
    const stated = alertBy({ uid, cloudIdentity: bob });
    expect(await identitiesIn(state).join([stated])).toEqual([stated]);
    expect(asked).toBe(0);
  });
});

describe('an identity that many events state', () => {
  it('is told once an hour', async () => {
    const memory = memoryState(() => start);
    const told: number[] = [];
    const state = {
      ...memory,
      add: async (entries: Parameters<typeof memory.add>[0]) => {
        told.push(entries.flatMap(({ members }) => members).length);
        return memory.add(entries);
      },
    };
    const identities = identitiesIn(state);
    for (const time of [start, start + minute, start + 2 * minute, start + 61 * minute]) {
      identities.observe(signIn(time, { uid, cloudIdentity: alice }));
      await identities.settle();
    }
    expect(told).toEqual([1, 1]);
  });
});

/** An alert tells a tired person who, from where, what, where, why and what next. */
import { describe, expect, it } from 'vitest';
import { messageOf } from '../../shared/alert/message.ts';
import { exampleAlert } from './example.ts';

const linesOf = (alert: ReturnType<typeof exampleAlert>): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(messageOf(alert).map(({ label, lines }) => [label, lines]));

describe('a message', () => {
  it('says it all in a fixed order', () => {
    expect(messageOf(exampleAlert()).map(({ label }) => label)).toEqual([
      'who',
      'from',
      'what',
      'where',
      'when',
      'why',
      'maybe',
      'misses',
      'next',
      'attack',
      'seen',
    ]);
  });

  it('names the cloud identity behind the Kubernetes name', () => {
    expect(linesOf(exampleAlert()).who).toEqual([
      'arn:aws:sts::111122223333:assumed-role/Developer/dana as dana, groups developers, credential ASIAEXAMPLE',
    ]);
  });

  it('names whom the caller acted as', () => {
    const actor = { name: 'dana', type: 'user' as const, impersonates: { name: 'system:admin' } };
    expect(linesOf(exampleAlert({ actor })).who).toEqual(['dana, acting as system:admin']);
  });

  it('shows the command of an exec and how the call went', () => {
    expect(linesOf(exampleAlert()).what).toEqual(['get pods/exec shop/web-0: sh -c id -> 101']);
  });

  it('says of what the log does not state that it is not stated', () => {
    const bare = exampleAlert({
      actor: { type: 'unknown' },
      client: { ips: [], userAgent: 'curl/8' },
      action: { verb: 'get', uri: '/healthz' },
      target: {},
      outcome: { result: 'unknown' },
      origin: { dialect: 'kubernetes-audit', cloud: 'gcp' },
      time: undefined,
    });
    expect(linesOf(bare)).toMatchObject({
      who: ['not stated'],
      from: ['address not stated (curl/8)'],
      what: ['get /healthz'],
      where: ['cluster not stated (gcp)'],
    });
    expect(linesOf(bare).when).toBeUndefined();
    expect(linesOf(bare).seen).toBeUndefined();
  });

  it('shows what was asked for where no resource says it, shortened where it is long', () => {
    const asked = (uri: string) =>
      linesOf(
        exampleAlert({
          kind: 'http',
          action: { verb: 'GET', uri },
          target: { name: 'shop-web-80' },
          outcome: { result: 'failure', code: 404 },
        }),
      ).what;
    expect(asked('/a?b=c')).toEqual(['GET shop-web-80 /a?b=c -> 404']);
    expect(asked(`/${'a'.repeat(1000)}`)?.[0]?.length).toBe('GET shop-web-80  -> 404'.length + 200);
  });

  it('lets an Event of Kubernetes speak for itself', () => {
    const event = { native: { message: 'Pulling image "example.com/web"' }, audit: undefined };
    expect(linesOf(exampleAlert({ kind: 'kubernetes-event', ...event })).says).toEqual([
      'Pulling image "example.com/web"',
    ]);
    expect(linesOf(exampleAlert({ kind: 'cloud-api', ...event })).says).toBeUndefined();
  });

  it('says where in a batch an event stands, counted from one', () => {
    const origin = { dialect: 'eks-audit' as const, location: { path: 'a.json', line: 1, index: 4 } };
    expect(linesOf(exampleAlert({ origin })).seen).toEqual(['a.json:1 record 5']);
  });
});

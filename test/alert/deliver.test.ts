/** What becomes of alerts whose sinks take them, refuse them, are busy, silent or broken. */
import { describe, expect, it } from 'vitest';
import type { Alert } from '../../shared/alert/alert.ts';
import { type DeliveryOptions, type DeliveryReport, deliver } from '../../shared/alert/deliver.ts';
import { KlaxonError } from '../../shared/errors.ts';
import { alert, busy, letters, played, refusal, sinkThat, stage } from './stage.ts';

const delivered = async (alerts: readonly Alert[], options: DeliveryOptions): Promise<DeliveryReport> => {
  const outcome = await played(() => deliver(alerts, options));
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
};

describe('alerts', () => {
  it('are given to the sinks of their routes, once, over any number of deliveries', async () => {
    const [chat, pager] = [sinkThat('chat'), sinkThat('pager')];
    const options = stage([chat, pager], {
      routes: [
        { sinks: ['chat'] },
        { severity: 'high', sinks: ['pager'] },
        { rules: ['none'], sinks: ['x'] },
      ],
    });
    const alerts = [alert('a'), alert('b', { severity: 'high' })];
    expect(await delivered(alerts, options)).toEqual({
      sinks: [
        { sink: 'chat', known: 0, delivered: 2, dead: 0 },
        { sink: 'pager', known: 0, delivered: 1, dead: 0 },
      ],
      unrouted: 0,
    });
    expect(await delivered([...alerts, alert('c')], options)).toEqual({
      sinks: [
        { sink: 'chat', known: 2, delivered: 1, dead: 0 },
        { sink: 'pager', known: 1, delivered: 0, dead: 0 },
      ],
      unrouted: 0,
    });
    expect([chat.given, pager.given]).toEqual([['a', 'b', 'c'], ['b']]);
  });

  it('that grew worse are given again, to the sinks that want them so', async () => {
    const [chat, pager] = [sinkThat('chat'), sinkThat('pager')];
    const options = stage([chat, pager], {
      routes: [{ sinks: ['chat'] }, { severity: 'critical', sinks: ['pager'] }],
    });
    await delivered([alert('a', { severity: 'medium' })], options);
    await delivered([alert('a', { severity: 'critical' })], options);
    await delivered([alert('a', { severity: 'medium' })], options);
    expect([chat.given, pager.given]).toEqual([['a', 'a'], ['a']]);
  });

  it('of no route are counted', async () => {
    const options = stage([sinkThat('chat')], { routes: [{ severity: 'critical', sinks: ['chat'] }] });
    expect(await delivered([alert('a')], options)).toEqual({ sinks: [], unrouted: 1 });
    expect(await delivered([], options)).toEqual({ sinks: [], unrouted: 0 });
  });

  it('routed to a sink that is not there are dead letters, not lost', async () => {
    const deadLetter = letters();
    await delivered([alert('a')], stage([], { routes: [{ sinks: ['gone'] }], deadLetter }));
    expect(deadLetter.kept).toMatchObject([{ sink: 'gone', reason: 'no sink is named "gone"' }]);
  });
});

describe('a sink that fails', () => {
  it('is tried again, later each time, with those alerts that it did not take', async () => {
    const chat = sinkThat('chat', ({ id }, attempt) => (id === 'b' && attempt < 3 ? busy : undefined));
    const report = await delivered([alert('a'), alert('b'), alert('c')], stage([chat]));
    expect(report.sinks).toEqual([{ sink: 'chat', known: 0, delivered: 3, dead: 0 }]);
    // Half a second and twice that each time, three quarters of it by the chance of this test.
    expect(chat.asked).toEqual([
      [0, ['a', 'b', 'c']],
      [375, ['b']],
      [1125, ['b']],
      [2625, ['b']],
    ]);
  });

  it('silences no other sink', async () => {
    const deadLetter = letters();
    const [broken, chat] = [sinkThat('broken', () => busy), sinkThat('chat')];
    const thrower = { name: 'thrower', send: () => Promise.reject(new TypeError('a bug')) };
    const report = await delivered([alert('a')], stage([broken, thrower, chat], { deadLetter }));
    expect(chat.given).toEqual(['a']);
    expect(report.sinks.map(({ delivered, dead }) => [delivered, dead])).toEqual([
      [0, 1],
      [0, 1],
      [1, 0],
    ]);
    expect(deadLetter.kept.map(({ sink, reason }) => [sink, reason]).toSorted()).toEqual([
      ['broken', 'busy'],
      ['thrower', 'a bug'],
    ]);
  });

  it('is given up when its time is over, and says how often it was tried', async () => {
    const deadLetter = letters();
    const chat = sinkThat('chat', () => busy);
    await delivered([alert('a')], stage([chat], { deadLetter, budgetMs: 3000 }));
    expect(chat.asked.map(([time]) => time)).toEqual([0, 375, 1125, 2625]);
    expect(deadLetter.kept).toEqual([
      { alert: alert('a'), sink: 'chat', reason: 'busy', attempts: 4, givenUpAt: 2625 },
    ]);
  });

  it('for good is not tried again', async () => {
    const deadLetter = letters();
    const chat = sinkThat('chat', ({ id }) => (id === 'a' ? refusal : undefined));
    const options = stage([chat], { deadLetter });
    await delivered([alert('a'), alert('b')], options);
    await delivered([alert('a'), alert('b')], options);
    expect(chat.asked).toEqual([[0, ['a', 'b']]]);
    expect(chat.given).toEqual(['b']);
    expect(deadLetter.kept).toMatchObject([{ alert: { id: 'a' }, reason: 'refused', attempts: 1 }]);
  });

  it('and asks to be left alone is left alone for so long, or given up where that is too long', async () => {
    const patient = sinkThat('chat', (_, attempt) =>
      attempt === 0 ? { ...busy, retryAfterMs: 7000 } : undefined,
    );
    await delivered([alert('a')], stage([patient]));
    expect(patient.asked.map(([time]) => time)).toEqual([0, 7000]);

    const deadLetter = letters();
    const closed = sinkThat('chat', () => ({ ...busy, retryAfterMs: 3_600_000 }));
    await delivered([alert('a')], stage([closed], { deadLetter }));
    expect(closed.asked).toHaveLength(1);
    expect(deadLetter.kept).toHaveLength(1);
  });

  it('counts no attempt for an alert that it has not tried', async () => {
    const deadLetter = letters();
    const chat = sinkThat('chat', ({ id }) => (id === 'b' ? { ...busy, isUntried: true } : busy));
    await delivered([alert('a'), alert('b')], stage([chat], { deadLetter, budgetMs: 500 }));
    expect(deadLetter.kept.map(({ alert: { id }, attempts }) => [id, attempts])).toEqual([
      ['a', 2],
      ['b', 0],
    ]);
  });

  it('and never answers is given up, and the delivery ends', async () => {
    const deadLetter = letters();
    const silent = { name: 'silent', send: () => new Promise<never>(() => undefined) };
    const chat = sinkThat('chat');
    const report = await delivered([alert('a')], stage([silent, chat], { deadLetter }));
    expect(report.sinks.map(({ delivered, dead }) => [delivered, dead])).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(deadLetter.kept).toMatchObject([{ sink: 'silent', reason: 'the sink did not answer in time' }]);
  });
});

describe('where an alert can neither be given nor kept', () => {
  it('the delivery fails so that it comes again, and what is missing then is given', async () => {
    const [chat, pager] = [
      sinkThat('chat', (_, attempt) => (attempt === 0 ? refusal : undefined)),
      sinkThat('pager'),
    ];
    const options = stage([chat, pager]);
    const shut = { put: () => Promise.reject(new KlaxonError('alert', 'the dead letter is shut')) };
    const outcome = await played(() => deliver([alert('a')], { ...options, deadLetter: shut }));
    expect(outcome).toMatchObject({
      status: 'rejected',
      reason: {
        code: 'alert',
        retryable: true,
        message: 'alerts could not be given: the dead letter is shut',
      },
    });
    expect((await delivered([alert('a')], options)).sinks).toEqual([
      { sink: 'chat', known: 0, delivered: 1, dead: 0 },
      { sink: 'pager', known: 1, delivered: 0, dead: 0 },
    ]);
    expect(pager.given).toEqual(['a']);
  });

  it('because the state store is down, nothing is taken for given', async () => {
    const chat = sinkThat('chat');
    const options = stage([chat]);
    const down = {
      add: () => Promise.reject(new KlaxonError('state', 'the store is down', { retryable: true })),
      update: () => Promise.reject(new KlaxonError('state', 'the store is down', { retryable: true })),
    };
    const outcome = await played(() => deliver([alert('a')], { ...options, state: down }));
    expect(outcome).toMatchObject({ status: 'rejected', reason: { retryable: true } });
    await delivered([alert('a')], options);
    expect(chat.given).toEqual(['a']);
  });
});

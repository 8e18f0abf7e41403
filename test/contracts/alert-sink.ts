/** What every AlertSink must keep to: one suite, handed each implementation and a receiver that does as it is told. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Alert } from '../../shared/alert/alert.ts';
import type { AlertSink, Undelivered } from '../../shared/alert/sink.ts';
import { KlaxonError } from '../../shared/errors.ts';
import { exampleAlert } from '../alert/example.ts';

/** One alert as its receiver has it. */
export interface Taken {
  /** Read out of what was sent, wherever this receiver finds it. */
  readonly id: string | undefined;
  /** What a person reads of it, all of it. */
  readonly text: string;
  /** Whatever the receiver would take for more than text: links, mentions, markup. */
  readonly active: readonly string[];
  /** In the unit in which the receiver counts, with the most it takes. */
  readonly size: number;
  readonly maxSize: number;
}

/**
 * takes: what comes. refuses: for good. fails: this time. closes: breaks the connection off. waits: answers never.
 */
export type Mood = 'takes' | 'refuses' | 'fails' | 'closes' | 'waits';

/** A sink and the far end of it. */
export interface Line {
  /** It is soon done with a receiver that waits. */
  readonly sink: AlertSink;
  /** The receiver's mood, from now on; of one alert or of all others. */
  readonly be: (mood: Mood, id?: string) => void;
  /** Each alert that was taken, as often as it was. */
  readonly taken: () => readonly Taken[];
  /** How often the receiver was asked. */
  readonly asked: () => number;
  readonly close: () => Promise<void>;
}

export interface SinkTraits {
  /** It knows an alert by a key of its own, so that one that comes twice is one there. */
  readonly knowsKeys: boolean;
  /** Alerts reach it word for word, so nothing is cut and nothing is shown. */
  readonly isVerbatim: boolean;
}

const base = exampleAlert();
const alert = (id: string, over: Partial<Alert> = {}): Alert => ({ ...base, id, ...over });
const ids = ['one', 'two', 'three'].map((word) => `${word}0`.padEnd(32, 'a'));
const [one = '', two = '', three = ''] = ids;
const alerts = ids.map((id) => alert(id));
const inTime = (): number => Date.now() + 20_000;

const idsOf = (some: readonly (Undelivered | Taken)[]): readonly (string | undefined)[] =>
  some.map((each) => ('alert' in each ? each.alert.id : each.id)).toSorted();

const forgery = 'next  1. run curl https://evil.example.com/fix.sh';
const hostileText = [
  '<!everyone> <!channel|here> @channel @here <@U012AB3CD> <#C024BE7LR>',
  '<https://evil.example.com|your console> [sign in](https://evil.example.com) https://evil.example.com/a',
  '<at>all</at> <script>alert(1)</script> <a href="https://evil.example.com">x</a> &lt;!here&gt;',
  '**bold** *bold* _it_ ~no~ `code` > quote :rotating_light: {{DATE(2026-01-01T00:00:00Z, SHORT)}} @{x}',
  '\u001b[2J\u001b]8;;https://evil.example.com\u0007\u202egnp.exe\u200b\ud83d',
].join(' ');

const hostile = alert(one, {
  cluster: `prod ${hostileText}`,
  actor: { name: `dana\n${forgery}\r\n${hostileText}\u2028${forgery}`, type: 'user' },
  client: { ips: ['<!here>'], userAgent: hostileText },
  action: { verb: '*', uri: hostileText, command: ['sh', '-c', hostileText] },
  target: { resource: 'pods', name: `\n${forgery}` },
  message: `${hostileText}\n${forgery}`,
  why: base.why,
});

const huge = (text: string): Alert =>
  alert(one, {
    actor: { name: text.repeat(100_000), type: 'user', groups: [text.repeat(50_000)] },
    client: { ips: [text.repeat(2000)], userAgent: text.repeat(1000) },
    target: { namespace: text.repeat(9000), name: text.repeat(9000) },
    message: text.repeat(100_000),
    why: Array.from({ length: 500 }, () => text.repeat(200)).join('\n'),
    respond: Array.from({ length: 100 }, (_, at) => `${at} ${text.repeat(3000)}`),
    rule: { ...base.rule, id: text.repeat(5000), title: text.repeat(5000) },
    cluster: text.repeat(5000),
  });

export const keepsTheAlertContract = (
  open: () => Promise<Line>,
  { knowsKeys, isVerbatim }: SinkTraits,
): void => {
  let line: Line | undefined;
  const opened = async (): Promise<Line> => {
    line = await open();
    return line;
  };
  afterEach(() => line?.close());

  describe('an alert sink', () => {
    it('hands each alert over with its id', async () => {
      const { sink, taken } = await opened();
      expect(await sink.send(alerts, inTime())).toEqual([]);
      expect(idsOf(taken())).toEqual(ids.toSorted());
      for (const { text } of taken()) {
        expect(text).toContain(base.rule.title);
        expect(text).toContain('arn:aws:sts::111122223333:assumed-role/Developer/dana');
      }
      expect(await sink.send([], inTime())).toEqual([]);
    });

    it(
      knowsKeys
        ? 'told twice, tells its receiver by one key'
        : 'told twice, tells its receiver twice, with one id',
      async () => {
        const { sink, taken } = await opened();
        await sink.send([alert(one)], inTime());
        await sink.send([alert(one)], inTime());
        expect(new Set(idsOf(taken()))).toEqual(new Set([one]));
      },
    );

    it('gives the others where one is refused, and says which was', async () => {
      const { sink, be, taken } = await opened();
      be('refuses', two);
      const failed = await sink.send(alerts, inTime());
      expect(idsOf(failed)).toEqual([two]);
      expect(failed[0]?.reason).toMatchObject({ code: 'alert', retryable: false });
      expect(failed[0]?.reason).toBeInstanceOf(KlaxonError);
      expect(idsOf(taken())).toEqual([one, three].toSorted());
    });

    it('says of a passing fault that it may pass, and gives the alert when it has', async () => {
      const { sink, be, taken } = await opened();
      be('fails', two);
      const failed = await sink.send(alerts, inTime());
      expect(idsOf(failed)).toEqual([two]);
      expect(failed[0]?.reason).toMatchObject({ code: 'alert', retryable: true });
      be('takes', two);
      expect(await sink.send([alert(two)], inTime())).toEqual([]);
      expect(idsOf(taken())).toEqual(ids.toSorted());
    });

    it.each(['closes', 'waits'] as const)(
      'is done with a receiver that %s, and answers for every alert',
      async (mood) => {
        const { sink, be } = await opened();
        be(mood);
        const failed = await sink.send(alerts, inTime());
        expect(idsOf(failed)).toEqual(ids.toSorted());
        expect(failed.map(({ reason }) => reason.retryable)).toEqual([true, true, true]);
      },
    );

    it('answers alerts that it has not tried first, so that a bad one does not stand before them for ever', async () => {
      const { sink, be, taken } = await opened();
      be('waits', one);
      let waiting: readonly Alert[] = alerts;
      for (let round = 0; round < 2; round++) {
        waiting = (await sink.send(waiting, inTime())).map((fault) => fault.alert);
      }
      expect(idsOf(taken())).toEqual([two, three].toSorted());
      expect(waiting.map(({ id }) => id)).toEqual([one]);
    });

    it('asks nothing once the time is over', async () => {
      const { sink, asked } = await opened();
      const failed = await sink.send(alerts, Date.now() - 1);
      expect(failed.map(({ alert: { id }, isUntried, reason }) => [id, isUntried, reason.retryable])).toEqual(
        ids.map((id) => [id, true, true]),
      );
      expect(asked()).toBe(0);
    });

    it('shows what a log says as text, and makes no link, mention or line of it', async () => {
      const { sink, taken } = await opened();
      expect(await sink.send([hostile], inTime())).toEqual([]);
      const [{ text, active } = { text: '', active: ['not taken'] }] = taken();
      expect(active).toEqual([]);
      expect(text).toContain('evil.example.com');
      expect(text.isWellFormed()).toBe(true);
      const lines = text.trimEnd().split('\n');
      if (isVerbatim) expect(lines).toHaveLength(1);
      else expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Cf}\u2028]/u);
      expect(lines.filter((each) => each.trimStart().startsWith('next  1.'))).toEqual(
        isVerbatim ? [] : ['next  1. Look who it was.'],
      );
    });

    it.each([
      ['plain', 'x'],
      ['of three bytes', '€'],
      ['of two halves', '💥'],
      ['that is escaped', '"<&\\'],
      ['that is shown as six', '\u0001'],
    ])(
      'keeps to the size its receiver takes, whatever there is to say, with letters %s',
      async (_, letter) => {
        const { sink, taken } = await opened();
        expect(await sink.send([huge(letter)], inTime())).toEqual([]);
        const [first] = taken();
        expect(first?.id).toBe(one);
        expect(first?.size).toBeLessThanOrEqual(first?.maxSize ?? 0);
        if (!isVerbatim) expect(first?.text).toMatch(/\[\d+ characters left out\]/);
      },
    );
  });
};

/** Alerts that no sink took, kept as objects: each by a name of its own, and once however often it is put. */
import { describe, expect, it } from 'vitest';
import type { DeadAlert } from '../../../shared/alert/sink.ts';
import { objectDeadLetter } from '../../../shared/alert/sinks/object-dead-letter.ts';
import { memoryArchive } from '../../../shared/archive/memory-archive.ts';
import { KlaxonError } from '../../../shared/errors.ts';
import type { ArchiveStore } from '../../../shared/ports.ts';
import { exampleAlert } from '../example.ts';

const letter = (over: Partial<DeadAlert> = {}): DeadAlert => ({
  alert: exampleAlert(),
  sink: 'chat',
  reason: 'refused',
  attempts: 1,
  givenUpAt: 1,
  ...over,
});

const namesIn = async (store: ArchiveStore): Promise<readonly string[]> => {
  const names: string[] = [];
  for await (const { name } of store.list('')) names.push(name);
  return names;
};

describe('a dead letter', () => {
  it('is an object below the day of its alert, with the alert, the sink and the reason in it', async () => {
    const store = memoryArchive();
    await objectDeadLetter(store).put([letter()]);
    const name = `dead-letters/date=2026-01-02/${exampleAlert().id}-medium-chat.json`;
    expect(await namesIn(store)).toEqual([name]);
    const text = Buffer.from((await store.get(name)) ?? []).toString('utf8');
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(letter())));
    expect(text.endsWith('\n')).toBe(true);
  });

  it('is kept once however often it is put, and beside those of other sinks and severities', async () => {
    const store = memoryArchive();
    const letters = objectDeadLetter(store);
    const worse = letter({ alert: { ...exampleAlert(), severity: 'critical' } });
    await letters.put([letter(), letter({ sink: 'pager' }), worse]);
    await letters.put([letter({ attempts: 7, givenUpAt: 2 })]);
    expect(await namesIn(store)).toHaveLength(3);
  });

  it('has a name that every store can keep, whatever its sink is called and its time says', async () => {
    const store = memoryArchive();
    const alert = { ...exampleAlert(), time: 1e300 };
    for (const sink of ['../chat', 'Störung / Nacht', 'x'.repeat(1000), '.', ''])
      await objectDeadLetter(store).put([letter({ sink, alert })]);
    const names = await namesIn(store);
    expect(names).toHaveLength(5);
    expect(names.filter((name) => !name.startsWith('dead-letters/date=unknown/'))).toEqual([]);
  });

  it.each([true, false])('that is not kept says so, and whether it may be yet: %s', async (retryable) => {
    const away = new KlaxonError('archive', 'away', { retryable });
    const letters = objectDeadLetter({ put: () => Promise.reject(away) });
    await expect(letters.put([letter()])).rejects.toMatchObject({ code: 'alert', retryable });
  });
});

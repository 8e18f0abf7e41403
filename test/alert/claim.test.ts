/** Which alerts are new, and what makes one known. */
import { describe, expect, it } from 'vitest';
import { claim, unclaimed } from '../../shared/alert/claim.ts';
import type { Severity } from '../../shared/schema/severity.ts';
import { memoryState } from '../../shared/state/memory-state.ts';

const alert = (id: string, severity: Severity = 'medium', time: number | undefined = 1) => ({
  id,
  severity,
  time,
});
const day = 24 * 60 * 60 * 1000;

describe('an alert', () => {
  it('is new until it is claimed, however often one asks', async () => {
    const state = memoryState(() => 0);
    const [one, other] = [alert('one'), alert('other')];
    expect(await unclaimed([one, other], state)).toEqual([one, other]);
    expect(await unclaimed([one, other], state)).toEqual([one, other]);
    await claim([one], state);
    expect(await unclaimed([one, other], state)).toEqual([other]);
    expect(await unclaimed([], state)).toEqual([]);
  });

  it('may be without a time', async () => {
    const state = memoryState(() => 0);
    await claim([{ id: 'one', severity: 'low', time: undefined }], state);
    expect(await unclaimed([alert('one', 'low')], state)).toEqual([]);
  });

  it('is new again where it has become more severe, and only there', async () => {
    const state = memoryState(() => 0);
    await claim([alert('one', 'medium')], state);
    const [low, medium, high] = [alert('one', 'low'), alert('one', 'medium'), alert('one', 'high')];
    expect(await unclaimed([low, medium, high], state)).toEqual([high]);
    await claim([high], state);
    await claim([low], state);
    expect(await unclaimed([low, medium, high], state)).toEqual([]);
  });

  it('is remembered for ninety days from when it was last met', async () => {
    let now = 0;
    const state = memoryState(() => now);
    const one = alert('one');
    await claim([one], state);
    now = 89 * day;
    await claim([one], state);
    now = 178 * day;
    expect(await unclaimed([one], state)).toEqual([]);
    now = 179 * day;
    expect(await unclaimed([one], state)).toEqual([one]);
  });
});

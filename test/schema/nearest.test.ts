/** What was probably meant by a word that is none of the known ones. */
import { describe, expect, it } from 'vitest';
import { nearestOf, suggestion } from '../../shared/schema/nearest.ts';

const known = ['pod-exec', 'pod-attach', 'secrets-list', 'secrets-watch'];

describe('the nearest words', () => {
  it('are a few letters away, nearest first, whatever the case', () => {
    expect(nearestOf('pod-exce', known)).toEqual(['pod-exec']);
    expect(nearestOf('Pod_Exec', known)).toEqual(['pod-exec']);
    expect(nearestOf('secrets-latch', known, 2)).toEqual(['secrets-watch', 'secrets-list']);
  });

  it('are none where nothing is near, or the word is longer than any that is known', () => {
    expect(nearestOf('node-proxy', known)).toEqual([]);
    expect(nearestOf('', known)).toEqual([]);
    expect(nearestOf('x'.repeat(100_000), known)).toEqual([]);
  });

  it('are put as a question', () => {
    expect(suggestion('pod-exce', known)).toBe(': did you mean "pod-exec"?');
    expect(suggestion('secrets-latch', known, 2)).toBe(': did you mean "secrets-watch" or "secrets-list"?');
    expect(suggestion('zzz', known)).toBe('');
  });
});

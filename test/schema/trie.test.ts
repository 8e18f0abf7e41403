/** Paths that lead to what was put there, and to nothing else. */
import { describe, expect, it } from 'vitest';
import { Trie } from '../../shared/schema/trie.ts';

describe('a trie', () => {
  it('keeps a value for each path, those that begin alike and those that end early included', () => {
    const trie = new Trie<string | undefined, number>();
    const paths = [[], ['a'], ['a', 'b'], ['b', 'a'], ['a', undefined], [undefined]];
    for (const [value, path] of paths.entries()) trie.set(path, value);
    expect(paths.map((path) => trie.get(path))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(trie.size).toBe(paths.length);
    expect([trie.get(['a', 'b', 'c']), trie.get(['c'])]).toEqual([undefined, undefined]);
  });

  it('counts a path once, and keeps what was put there last', () => {
    const trie = new Trie<string, number>();
    trie.set(['a'], 1);
    trie.set(['a'], 2);
    expect([trie.get(['a']), trie.size]).toEqual([2, 1]);
  });

  it('is empty once it is cleared', () => {
    const trie = new Trie<string, number>();
    trie.set(['a', 'b'], 1);
    trie.clear();
    expect([trie.get(['a', 'b']), trie.size]).toEqual([undefined, 0]);
  });
});

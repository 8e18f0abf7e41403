/** What a JSON patch writes, as far as the patch alone can tell. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patchedPart } from '../../../shared/detect/views/json-patch.ts';
import type { JsonValue } from '../../../shared/schema/json.ts';

const add = (path: string, value: JsonValue) => ({ op: 'add', path, value });
const replace = (path: string, value: JsonValue) => ({ op: 'replace', path, value });

describe('a JSON patch', () => {
  it('writes objects along its pointers', () => {
    expect(patchedPart([add('/a/b', 1), replace('/a/c', 2)])).toEqual({ a: { b: 1, c: 2 } });
    expect(patchedPart([add('/a', { b: 1 }), add('/a/c', 2)])).toEqual({ a: { b: 1, c: 2 } });
    expect(patchedPart([replace('', { a: 1 }), add('/b', 2)])).toEqual({ a: 1, b: 2 });
    expect(patchedPart([add('/a~1b/c~0d/e~01f', 1)])).toEqual({ 'a/b': { 'c~d': { 'e~1f': 1 } } });
    expect(patchedPart([add('/a', 1), replace('/a', 2)])).toEqual({ a: 2 });
  });

  it('joins what it writes to the same place of a list', () => {
    const operations = [replace('/list/3/a', 1), replace('/list/3/b', 2), replace('/list/0/a', 5)];
    expect(patchedPart(operations)).toEqual({ list: [{ a: 1, b: 2 }, { a: 5 }] });
    expect(patchedPart([replace('/list/0', 1), replace('/list/0', 2)])).toEqual({ list: [2] });
  });

  it('keeps everything that it adds to a list', () => {
    expect(patchedPart([add('/list/-', 1), add('/list/-', 2)])).toEqual({ list: [1, 2] });
    expect(patchedPart([add('/list/0', 'bad'), add('/list/0', 'good')])).toEqual({ list: ['bad', 'good'] });
  });

  it('follows a member that later ones were put before', () => {
    const operations = [add('/list/0', { a: 1 }), add('/list/0', { a: 2 }), replace('/list/1/b', 3)];
    expect(patchedPart(operations)).toEqual({ list: [{ a: 1, b: 3 }, { a: 2 }] });
  });

  it('knows the places of a list that it wrote as a whole', () => {
    const operations = [
      add('/list', [{ a: 1 }, { a: 2 }]),
      replace('/list/1/b', 3),
      add('/list/-', {}),
      add('/list/2/c', 4),
    ];
    expect(patchedPart(operations)).toEqual({ list: [{ a: 1 }, { a: 2, b: 3 }, { c: 4 }] });
  });

  it('copies and moves what it wrote before', () => {
    const hidden = { hostPath: { path: '/' } };
    for (const op of ['copy', 'move']) {
      const operations = [add('/metadata/x', hidden), { op, from: '/metadata/x', path: '/spec/volumes/-' }];
      expect(patchedPart(operations)).toMatchObject({ spec: { volumes: [hidden] } });
    }
    expect(patchedPart([{ op: 'copy', from: '/unknown', path: '/a' }])).toEqual({});
  });

  it('bounds what copies of copies make', () => {
    const copies = Array.from({ length: 100 }, () => ({ op: 'copy', from: '/list', path: '/list/-' }));
    expect(JSON.stringify(patchedPart([add('/list', [1]), ...copies])).length).toBeLessThan(100_000);
    const nested = Array.from({ length: 100 }, () => ({ op: 'copy', from: '', path: '/a' }));
    expect(JSON.stringify(patchedPart([add('/b', 1), ...nested])).length).toBeLessThan(100_000);
  });

  it('keeps a copy apart from what it is a copy of', () => {
    const operations = [
      add('/a', { x: 1 }),
      { op: 'copy', from: '/a', path: '/b' },
      replace('/a/x', 2),
      add('/b/y', 3),
    ];
    expect(patchedPart(operations)).toEqual({ a: { x: 2 }, b: { x: 1, y: 3 } });
  });

  it('leaves the event as it was', () => {
    const operations = [add('/a', { b: [{ c: 1 }] }), add('/a/b/0/d', 2), add('/a/b/-', 3), add('/a/e', 4)];
    const before = structuredClone(operations);
    expect(patchedPart(operations)).toEqual({ a: { b: [{ c: 1, d: 2 }, 3], e: 4 } });
    expect(operations).toEqual(before);
  });

  it('passes over what is no writing operation', () => {
    const operations = [
      { op: 'remove', path: '/a' },
      { op: 'test', path: '/a', value: 1 },
      null,
      'x',
      { op: 'add' },
      add('a/b', 1),
      { op: 'add', path: '/x' },
    ];
    expect(patchedPart(operations as JsonValue[])).toEqual({});
    expect(patchedPart([add(`/${Array(65).fill('a').join('/')}`, 1)])).toEqual({});
  });

  it('reads as many operations as an API server takes', () => {
    const tests = Array.from({ length: 9_999 }, () => ({ op: 'test', path: '/a', value: 1 }));
    expect(patchedPart([...tests, add('/b', 1), add('/c', 1)])).toEqual({ b: 1 });
  });

  it('writes names that every object inherits as its own', () => {
    const part = patchedPart([
      add('/__proto__/polluted', 1),
      add('/constructor/prototype/polluted', 1),
      replace('', JSON.parse('{"__proto__":{"spec":1}}') as JsonValue),
    ]);
    expect(Object.keys(part)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(part)).toBe(Object.prototype);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect('polluted' in {}).toBe(false);
  });

  it('never throws, and never changes its operations', () => {
    const key = fc.constantFrom('a', 'b', '0', '1', '-', '__proto__', '~0', '~1', '');
    const pointer = fc.array(key, { maxLength: 4 }).map((keys) => keys.map((each) => `/${each}`).join(''));
    const operation = fc.record(
      {
        op: fc.constantFrom('add', 'replace', 'copy', 'move', 'remove', 'test'),
        path: pointer,
        from: pointer,
        value: fc.constantFrom<JsonValue>(1, null, [], [1, { a: 1 }], { a: [] }, { a: { b: 1 } }),
      },
      { requiredKeys: ['op', 'path'] },
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 12 }), (operations) => {
        const before = JSON.stringify(operations);
        JSON.stringify(patchedPart(operations as unknown as JsonValue[]));
        expect(JSON.stringify(operations)).toBe(before);
      }),
      { numRuns: 3000 },
    );
  });
});

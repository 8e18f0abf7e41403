/** Where a dotted name leads: through lists, keys with dots and names that objects inherit. */
import { describe, expect, it } from 'vitest';
import { EventScope } from '../../shared/detect/event-scope.ts';
import { collect, fieldPathOf, Many, valuesIn } from '../../shared/detect/field-path.ts';
import type { JsonObject, JsonValue } from '../../shared/schema/json.ts';
import { nativeEvent } from './events.ts';

const found = (value: JsonValue, path: string) => {
  const result = collect(value, fieldPathOf(path).segments, 0);
  return result instanceof Many ? result.values : result;
};

describe('a path', () => {
  it('leads through objects, and nowhere where one is missing', () => {
    expect(found({ a: { b: 1 } }, 'a.b')).toBe(1);
    expect(found({ a: { b: null } }, 'a.b')).toBeNull();
    expect(found({ a: 'text' }, 'a.length')).toBeUndefined();
    expect(found({ a: 1 }, 'a.b.c')).toBeUndefined();
    expect(found({ A: 1 }, 'a')).toBeUndefined();
  });

  it('leads through every member of a list, and lists in lists', () => {
    expect(found({ a: [{ b: 1 }, {}, { b: [2, [3]] }] }, 'a.b')).toEqual([1, 2, 3]);
    expect(found({ a: [[{ b: 1 }], [[{ b: 2 }]]] }, 'a.b')).toEqual([1, 2]);
    expect(found({ a: [] }, 'a')).toEqual([]);
    expect(found({ a: [{ b: [] }] }, 'a.b')).toEqual([]);
    expect(found({ a: [{}] }, 'a.b')).toBeUndefined();
  });

  it('finds keys that hold dots', () => {
    const annotations = { 'authorization.k8s.io/decision': 'allow' };
    expect(found({ annotations }, 'annotations.authorization.k8s.io/decision')).toBe('allow');
    expect(found({ 'a.b': { c: 1 } }, 'a.b.c')).toBe(1);
    expect(found({ a: { 'b.c': [{ 'd.e': 1 }] } }, 'a.b.c.d.e')).toEqual([1]);
  });

  it('finds a key that holds dots where a shorter key stands beside it', () => {
    expect(found({ labels: { app: 'x', 'app.example/name': 'y' } }, 'labels.app.example/name')).toBe('y');
    expect(found({ a: { b: {} }, 'a.b': { c: 1 } }, 'a.b.c')).toBe(1);
    expect(found({ a: { b: { x: 1 } }, 'a.b.c': 2 }, 'a.b.c')).toBe(2);
  });

  it('meets own properties only', () => {
    for (const path of [
      'constructor',
      'constructor.name',
      '__proto__',
      'toString',
      'a.constructor',
      'a.b.__proto__',
    ])
      expect(found({ a: { b: {} } }, path)).toBeUndefined();
    expect(found(JSON.parse('{"__proto__":{"a":1}}') as JsonValue, '__proto__.a')).toBe(1);
    expect(found({ constructor: 'own' }, 'constructor')).toBe('own');
    expect(found({ a: { 'constructor.x': 1 } }, 'a.constructor.x')).toBe(1);
  });

  it('has a key that only a path of the same meaning has', () => {
    expect(fieldPathOf('a[0]').key).not.toBe(fieldPathOf('a[0]', [{ name: 'a', index: 0 }]).key);
    expect(fieldPathOf('a.b').key).not.toBe(fieldPathOf('a.b', [{ name: 'a.b' }]).key);
    expect(fieldPathOf('a.b').key).toBe(fieldPathOf('other text', [{ name: 'a' }, { name: 'b' }]).key);
  });
});

describe('an event', () => {
  it('is asked for the key that is the whole path first', () => {
    const record = { 'a.b': 'flat', a: { b: 'nested' } };
    const flat = (of: JsonObject) => valuesIn(new EventScope(nativeEvent(of)).valuesAt(fieldPathOf('a.b')));
    expect(flat(record)).toEqual(['flat']);
    expect(flat({ 'a.b': [1, [2]], a: {} })).toEqual([1, 2]);
  });
});

describe('a hostile event', () => {
  it('may hold lists of more values than a call takes arguments', () => {
    const many = Array.from({ length: 200_000 }, (_, at) => at);
    expect(found({ a: [{ b: many }, { b: many }] }, 'a.b')).toHaveLength(400_000);
  });

  it('may nest lists without end', () => {
    let list: JsonValue = [{ b: 1 }];
    for (let depth = 0; depth < 20_000; depth++) list = [list];
    expect(found({ a: list }, 'a.b')).toBeUndefined();
    expect(found({ a: list }, 'a')).toHaveLength(1);
  });

  it('may nest objects without end', () => {
    let object: JsonValue = { a: 1 };
    for (let depth = 0; depth < 10_000; depth++) object = { a: object };
    expect(found(object, Array(1000).fill('a').join('.'))).toBeTypeOf('object');
  });
});

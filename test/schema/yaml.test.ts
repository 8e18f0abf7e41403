/** YAML that says the same to every reader, with the place of each fault. */
import { describe, expect, it } from 'vitest';
import { yamlOf } from '../../shared/schema/yaml.ts';

const values = (text: string) => yamlOf('f.yml', text).documents.map(({ value }) => value);
const problems = (text: string) => yamlOf('f.yml', text).problems;
const places = (text: string) =>
  problems(text).map(({ line, column, message }) => `${line}:${column}: ${message}`);

describe('a YAML file', () => {
  it('holds documents, none of which is a document too', () => {
    expect(values('a: 1\n---\nb: 2\n---\n')).toEqual([{ a: 1 }, { b: 2 }, null]);
    expect(values('')).toEqual([]);
    expect(values('# nothing\n')).toEqual([]);
    expect(values('\ufeffa: 1')).toEqual([{ a: 1 }]);
  });

  it('is read as YAML 1.2, whatever it says of itself', () => {
    const text = '%YAML 1.1\n---\na: yes\nb: 0123\nc: 2024-01-02\nd: 1:30\n<<: { e: 1 }';
    expect(values(text)).toEqual([{ a: 'yes', b: 123, c: '2024-01-02', d: '1:30', '<<': { e: 1 } }]);
  });

  it('keeps a backslash in single quotes and resolves it in double quotes', () => {
    expect(values('a: \'x\\n\'\nb: "x\\\\"')).toEqual([{ a: 'x\\n', b: 'x\\' }]);
  });

  it('may repeat a part by an alias', () => {
    expect(values('a: &x [1]\nb: *x')).toEqual([{ a: [1], b: [1] }]);
  });

  it('may name a key as the language names its own', () => {
    const [value] = values('__proto__: { x: 1 }\nconstructor: 2');
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor']);
    expect((value as { x?: number }).x).toBeUndefined();
  });
});

describe('a fault in a YAML file', () => {
  it('is told with its line and column', () => {
    expect(places('a: 1\nb: "x\nc: 2')[0]).toMatch(/^2:|^3:/);
    expect(places('a: 1\n\tb: 2')[0]).toMatch(/^2:1: /);
    expect(places('a: [1, 2')[0]).toMatch(/^1:/);
  });

  it('is a key that stands twice, at its second place', () => {
    expect(places('a: 1\nb:\n  c: 1\n  c: 2\na: 3')).toEqual([
      '5:1: the key "a" stands twice',
      '4:3: the key "c" stands twice',
    ]);
    expect(places('1: a\n"1": b')).toEqual(['2:1: the key "1" stands twice']);
    expect(places('x: 1\n---\na: { b: 1, b: 2 }')).toEqual(['3:12: the key "b" stands twice']);
  });

  it('is a key that is no text', () => {
    expect(places('? [a]\n: b')).toEqual(['1:3: a key must be a text']);
    expect(places('x: &a y\n*a : z')[0]).toContain('a key must be a text');
  });

  it('is a tag, for it makes of a value what rules do not know', () => {
    for (const tag of ['!!timestamp 2024-01-02', '!!binary aGk=', '!!set { a }', '!!omap [a: 1]', '!own x'])
      expect(problems(`a: ${tag}`)[0]?.message).toContain('Unresolved tag');
  });

  it('is an alias that names nothing, or stands inside what it names', () => {
    expect(problems('a: *x')).toHaveLength(1);
    expect(problems('a: &x [1, *x]')[0]?.message).toContain('stands inside what it names');
    expect(problems('a: &x { b: { c: *x } }')[0]?.message).toContain('stands inside what it names');
  });

  it('leaves the other documents of the file readable', () => {
    const file = yamlOf('f.yml', 'a: 1\n---\nb: "x\n---\nc: 3');
    expect(file.problems.length).toBeGreaterThan(0);
    expect(file.documents[0]?.value).toEqual({ a: 1 });
  });
});

describe('the place of a part', () => {
  const text = 'title: x\ndetection:\n  sel:\n    - f: 1\n      g|all: [a, b]\n  condition: sel\n';
  const [document] = yamlOf('f.yml', text).documents;
  const place = (...path: (string | number)[]) => {
    const { line, column } = document?.positionOf(path) ?? { line: 0, column: 0 };
    return `${line}:${column}`;
  };

  it('is where its key begins, or its nearest parent', () => {
    expect(place()).toBe('1:1');
    expect(place('detection', 'sel')).toBe('3:3');
    expect(place('detection', 'sel', 0, 'g|all')).toBe('5:7');
    expect(place('detection', 'sel', 0, 'g|all', 1)).toBe('5:18');
    expect(place('detection', 'nope', 'more')).toBe('2:1');
    expect(place('detection', 'sel', 7)).toBe('3:3');
  });
});

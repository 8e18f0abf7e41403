/** How text becomes documents: any separators, any pieces, any damage. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documentSplitter, documentsOf, type TextDocument } from '../../shared/decode/documents.ts';

const limit = 64 * 1024 * 1024;

/** The documents of a text that is pushed in pieces cut at these places. */
const documentsInPieces = (text: string, cuts: readonly number[], maxLength = limit) => {
  const documents: TextDocument[] = [];
  const splitter = documentSplitter((document) => documents.push(document), maxLength);
  let from = 0;
  for (const cut of [...cuts].sort((left, right) => left - right)) {
    const to = Math.min(cut, text.length);
    splitter.push(text.slice(from, to));
    from = Math.max(from, to);
  }
  splitter.push(text.slice(from));
  splitter.end();
  return { documents, work: splitter.work };
};

const inChunks = (text: string, size: number, maxLength = limit) => {
  const cuts = Array.from({ length: Math.ceil(text.length / size) }, (_, at) => (at + 1) * size);
  return documentsInPieces(text, cuts, maxLength);
};

const values = (documents: readonly TextDocument[]): readonly unknown[] =>
  documents.map((document) => (document.value === undefined ? document.text : document.value));

/** Members of lists of objects may come out one by one, so both sides are compared member by member. */
const flat = (list: readonly unknown[]): readonly unknown[] =>
  list.flatMap((value) => (Array.isArray(value) ? flat(value) : [value]));

const anyJson = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const anyObject = fc
  .dictionary(fc.string({ maxLength: 6 }), anyJson, { maxKeys: 5 })
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const anyDocument = fc.oneof(
  { weight: 4, arbitrary: anyObject },
  { weight: 1, arbitrary: fc.array(anyJson, { minLength: 1, maxLength: 4 }) },
  { weight: 1, arbitrary: fc.array(anyObject, { minLength: 1, maxLength: 4 }) },
);

const written = fc.record({
  value: anyDocument,
  indent: fc.constantFrom(0, 0, 1, 2, '\t'),
  breaks: fc.constantFrom('\n', '\r\n'),
  after: fc.constantFrom('\n', '\r\n', '\n\n', ' \n', '\n\ufeff', ''),
});

describe('documents', () => {
  it('gives the same values from any mixture of separators, in pieces cut anywhere', () => {
    const anyCuts = fc.array(fc.nat(4000), { maxLength: 12 });
    fc.assert(
      fc.property(fc.array(written, { maxLength: 8 }), anyCuts, fc.boolean(), (parts, cuts, marked) => {
        let text = marked ? '\ufeff' : '';
        for (const { value, indent, breaks, after } of parts)
          text += JSON.stringify(value, undefined, indent).replaceAll('\n', breaks) + after;
        const expected = flat(parts.map(({ value }) => value));
        expect(flat(values(documentsInPieces(text, cuts).documents))).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('gives the same documents of any text, however it is cut into pieces', () => {
    const token = fc.constantFrom(
      ...['{', '}', '[', ']', ',', ':', '"', '\\', '\n', '\r\n', ' ', 'a', '1', 'null', '"a"', '{"a":1}'],
      ...['[{"a":1}]', '{"a":', '\ufeff', '{"kind":"Event"}\n', '\n{', "{'a':'b'}", '[1]', '[12] words\n'],
    );
    const anyText = fc.array(token, { maxLength: 30 }).map((tokens) => tokens.join(''));
    fc.assert(
      fc.property(anyText, fc.array(fc.nat(120), { maxLength: 40 }), (text, cuts) => {
        expect(documentsInPieces(text, cuts).documents).toEqual(documentsOf(text, limit));
      }),
      { numRuns: 10000 },
    );
  });

  it('says the line that each document begins on', () => {
    const text = '{"a":1}\n\n{\n "b": 2\n}{"c":3}\r\nwords\n[\n {"d":4},\n {"e":5}\n]\n{"f":6}';
    const lines = documentsOf(text, limit).map(({ line, text: written }) => [line, written]);
    expect(lines).toEqual([
      [1, '{"a":1}'],
      [3, '{\n "b": 2\n}'],
      [5, '{"c":3}'],
      [6, 'words'],
      [8, '{"d":4}'],
      [9, '{"e":5}'],
      [11, '{"f":6}'],
    ]);
  });

  it('says the right line in pieces cut anywhere', () => {
    fc.assert(
      fc.property(fc.array(written, { maxLength: 6 }), fc.array(fc.nat(2000)), (parts, cuts) => {
        const text = parts.map(
          ({ value, indent, after }) => JSON.stringify(value, undefined, indent) + after,
        );
        const whole = text.join('');
        for (const { line, text: begun } of documentsInPieces(whole, cuts).documents) {
          const from = whole
            .split('\n')
            .slice(line - 1)
            .join('\n');
          expect(from.slice(0, from.indexOf('\n') + 1 || from.length)).toContain(begun.split('\n')[0]);
        }
      }),
    );
  });

  it.each([
    ['inside a text', '{"a":"wor\n{"b":2}\n{"c":3}', ['{"a":"wor', { b: 2 }, { c: 3 }]],
    ['after a value', '{"a":1,"b":"x"\n{"b":2}\n{"c":3}', ['{"a":1,"b":"x"', { b: 2 }, { c: 3 }]],
    ['after a comma', '{"a":1,\n{"b":2}\n{"c":3}', ['{"a":1,', { b: 2 }, { c: 3 }]],
    ['after a colon', '{"a":\n{"b":2}\n{"c":3}', ['{"a":', { b: 2 }, { c: 3 }]],
    ['at an opening bracket', '{"a":[\n{"b":2}\n{"c":3}', ['{"a":[', { b: 2 }, { c: 3 }]],
    ['before a pretty-printed one', '{"a":{"x":1}\n{\n"b": 2\n}', ['{"a":{"x":1}', { b: 2 }]],
    ['at the end', '{"b":2}\n{"a":"wor', [{ b: 2 }, '{"a":"wor']],
    ['twice', '{"a":"wor\n{"b":[1,2\n{"c":3}\n', ['{"a":"wor', '{"b":[1,2', { c: 3 }]],
    ['in a pretty-printed one at the end', '{"b":2}\n{\n "a": {\n', [{ b: 2 }, '{\n "a": {']],
  ])('keeps the records around one that was cut short %s', (_, text, expected) => {
    expect(values(documentsOf(text, limit))).toEqual(expected);
    for (let size = 1; size < text.length; size++)
      expect(values(inChunks(text, size).documents)).toEqual(expected);
  });

  it.each([
    ['a line that begins with a list', '[12] worker started\n{"a":1}', ['[12] worker started', { a: 1 }]],
    ['a line in braces', '{braces} and words\n{"a":1}', ['{braces} and words', { a: 1 }]],
    ['a bracket that never closes', '[warn: no end\n{"a":1}', ['[warn: no end', { a: 1 }]],
    ['words after a value', '{"a":1} and words', [{ a: 1 }, 'and words']],
    ['a list of texts', '[\n "a\\"b",\n "c"\n]', [['a"b', 'c']]],
    ['a list of objects and texts', '[\n {"a":1},\n "x, y",\n 7\n]', [{ a: 1 }, 'x, y', 7]],
    ['lists in a list', '[\n[{"a":1}],\n[{"b":2}]\n]', [[[{ a: 1 }], [{ b: 2 }]]]],
    ['an empty list over two lines', '[\n]\n{"a":1}', [[], { a: 1 }]],
    ['nothing but blanks', ' \r\n\t\ufeff\n', []],
  ])('reads %s', (_, text, expected) => {
    expect(values(documentsOf(text, limit))).toEqual(expected);
    for (let size = 1; size < text.length; size++)
      expect(values(inChunks(text, size).documents)).toEqual(expected);
  });

  it.each([
    ['one long line', `{"a":"${'x'.repeat(300_000)}"}`],
    ['one long line of words', 'x'.repeat(300_000)],
    ['documents with nothing between', '{"a":{"b":[1,2,3]}}'.repeat(15_000)],
    ['a long pretty-printed document', JSON.stringify(Array(20_000).fill({ a: { b: 1 } }), undefined, 1)],
    ['cut lines', '{"a":\n'.repeat(50_000)],
    ['lines cut in a text', '{"a":"x\n'.repeat(40_000)],
    ['opening brackets', '['.repeat(200_000)],
    ['lists of lists over lines', '[\n'.repeat(100_000)],
    ['a bracket and blanks', `[\n${' '.repeat(200_000)}`],
    ['objects of objects on one line', `${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`],
    ['single quotes', `{'a':'${'x'.repeat(200_000)}'}`],
  ])('looks at each character of %s a bounded number of times', (_, text) => {
    for (const size of [1000, 4096, text.length]) {
      expect(inChunks(text, size).work).toBeLessThanOrEqual(5 * text.length + 10_000);
    }
  });

  describe('longer than the limit', () => {
    const long = (length: number) => `{"a":"${'x'.repeat(length)}","b":{"c":[1]}}`;

    it.each([
      ['on a line', `{"n":1}\n${long(3000)}\n{"n":2}\n`],
      ['with nothing after it', `{"n":1}\n${long(3000)}{"n":2}`],
      ['pretty-printed', `{"n":1}\n${JSON.stringify(Array(900).fill({ a: 1 }))}\n{"n":2}`],
      ['over many lines', `{"n":1}\n{\n${'"a": 1,\n'.repeat(500)}"b": 2\n}\n{"n":2}`],
      ['and cut short', `{"n":1}\n{"a":"${'x'.repeat(3000)}\n{"n":2}\n`],
      ['and cut short after a value', `{"n":1}\n{"a":"${'x'.repeat(3000)}"\n{"n":2}\n`],
      ['in words', `{"n":1}\n${'words '.repeat(600)}\n{"n":2}\n`],
    ])('a document %s is cut, and the rest is read', (_, text) => {
      for (const size of [1, 7, 100, 1000, 2500, text.length]) {
        const { documents } = inChunks(text, size, 1000);
        const numbers = flat(values(documents)).filter((value) => JSON.stringify(value)?.startsWith('{"n"'));
        expect(numbers).toEqual([{ n: 1 }, { n: 2 }]);
        for (const document of documents) if (document.oversized) expect(document.value).toBeUndefined();
      }
    });

    it('counts lines on through what was passed over', () => {
      const text = `{\n${'"a": 1,\n'.repeat(500)}"b": 2\n}\n{"n":2}`;
      for (const size of [1, 50, 1000, text.length])
        expect(inChunks(text, size, 1000).documents.at(-1)).toMatchObject({ line: 504, value: { n: 2 } });
    });

    it('reads a longer list on one line member by member', () => {
      const text = JSON.stringify(Array.from({ length: 500 }, (_, n) => ({ n })));
      for (const size of [1, 100, text.length]) {
        const { documents } = inChunks(text, size, 1000);
        expect(documents.map(({ value }) => value)).toEqual(JSON.parse(text));
      }
    });

    it('holds no more than the limit and one piece', () => {
      let largest = 0;
      const splitter = documentSplitter(
        ({ text }) => {
          largest = Math.max(largest, text.length);
        },
        4 * 1024 * 1024,
      );
      const piece = 'x'.repeat(1024 * 1024);
      splitter.push('{"kind":"Event","a":"');
      for (let at = 0; at < 100; at++) splitter.push(piece);
      splitter.push('"}\n{"b":1}');
      splitter.end();
      expect(largest).toBe(256 * 1024);
    });
  });
});

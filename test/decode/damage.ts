/** A value in, places in it and anything to put there out: for tests that damage good records. */
import fc from 'fast-check';

/** Every place in a value, as the keys that lead there. */
export const placesIn = (value: unknown, path: readonly string[] = []): readonly (readonly string[])[] =>
  typeof value === 'object' && value !== null
    ? [path, ...Object.entries(value).flatMap(([key, member]) => placesIn(member, [...path, key]))]
    : [path];

export const replaced = (value: unknown, path: readonly string[], by: unknown): unknown => {
  const [key, ...rest] = path;
  if (key === undefined) return by;
  if (Array.isArray(value))
    return value.map((member, at) => (String(at) === key ? replaced(member, rest, by) : member));
  return Object.fromEntries(
    Object.entries(value as object).map(([name, member]) => [
      name,
      name === key ? replaced(member, rest, by) : member,
    ]),
  );
};

/** Values that have broken readers of JSON before. */
const nasty = fc.constantFrom<unknown>(
  ...[
    null,
    true,
    0,
    -1,
    2 ** 53 + 2,
    1e308,
    '',
    ' ',
    '\0',
    '\ud800',
    '\udc00x',
    '\ufeff',
    'constructor',
    '__proto__',
  ],
  ...[
    [],
    {},
    [[]],
    [[[]]],
    [{}],
    [null],
    [1],
    [''],
    { '': null },
    { length: 5 },
    { toString: 1, valueOf: 2 },
  ],
  ...['{}', '[]', '{', '"', 'null', '9e999', '{"kind":"Event"}', 'H4sI', '[Truncated...]', 'x'.repeat(5000)],
  ...[
    '2026-99-99T99:99:99Z',
    '+292278994-08-17T07:12:55Z',
    '2026-03-04T05:06:07+99:99',
    '12/31/2026 11:59:59 PM',
  ],
  ...[
    JSON.parse('{"__proto__":{"polluted":true}}'),
    JSON.parse('{"constructor":{"prototype":{"polluted":true}}}'),
  ],
  ...[JSON.parse('1e999'), JSON.parse('[-1e999]'), { kind: 'constructor' }, { kind: { toString: 1 } }],
  ...['%', '%E0%A4%A', '?command=%', 'X-Amz-Signature=', ['a', 1, null], { a: ['b', 2] }, { code: '403' }],
);
export const anyJson = fc.oneof(
  { weight: 3, arbitrary: nasty },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

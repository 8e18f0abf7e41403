/** Scalars that YAML 1.1 and 1.2 read as different values. */
import { describe, expect, it } from 'vitest';
import { otherReadingOf } from '../../shared/schema/bare-scalar.ts';
import { yamlOf } from '../../shared/schema/yaml.ts';

describe('an unquoted scalar', () => {
  const readings: readonly (readonly [string, readonly string[]])[] = [
    ['true or false', ['yes', 'No', 'ON', 'off', 'y', 'N']],
    ['an octal number', ['0123', '-010', '0777', '012345670123']],
    ['a text', ['0o17', '0189', '089']],
    ['a binary number', ['0b101']],
    ['a number to the base 60', ['1:30', '190:20:30', '12:30:45.5']],
    ['a number', ['1_000', '10_000_000']],
    ['a date', ['2024-01-02']],
    ['a time', ['2024-01-02T03:04:05Z', '2024-1-2 3:04:05 +01:00']],
  ];

  for (const [reading, texts] of readings) {
    it(`such as ${texts[0]} is ${reading} to a reader of YAML 1.1`, () => {
      expect(texts.map(otherReadingOf)).toEqual(texts.map(() => reading));
    });
  }

  it('that both read alike is nothing to speak of', () => {
    for (const text of [
      '',
      'true',
      'null',
      '~',
      '0',
      '7',
      '007',
      '1.5',
      '1e3',
      '0x1f',
      'get',
      'yess',
      'a:1',
      '10.0.0.1',
      '1.2.3',
      'v1',
      '*',
      '8080:http',
    ])
      expect(otherReadingOf(text), text).toBeUndefined();
  });
});

describe('what is written without quotes', () => {
  const [document] = yamlOf(
    'f.yml',
    'a: yes\nb: "yes"\nc: [no, \'no\']\nd: { e: 012 }\nf: &x on\ng: *x\nh: |\n  off\n',
  ).documents;
  const bare = (...path: (string | number)[]) => document?.bareAt(path);

  it('is told apart from what stands in quotes, in a block or behind an alias', () => {
    expect([bare('a'), bare('c', 0), bare('d', 'e'), bare('f')]).toEqual(['yes', 'no', '012', 'on']);
    expect([bare('b'), bare('c', 1), bare('g'), bare('h')]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('is nothing where a path leads to a map, a list or nowhere', () => {
    expect([bare(), bare('c'), bare('d'), bare('a', 'x'), bare('nope'), bare('c', 9)]).toEqual(
      Array(6).fill(undefined),
    );
  });
});

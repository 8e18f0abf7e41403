/** Which folder of the archive an event belongs to, whatever its names and times are. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partitionOf, pathValueOf } from '../../shared/archive/partition.ts';
import { isObjectName } from '../../shared/ports.ts';

const time = Date.UTC(2026, 2, 14, 9, 59, 59, 999);
const origin = {
  cloud: 'aws',
  account: '111122223333',
  region: 'eu-west-1',
  cluster: 'orchard-prod',
} as const;

describe('a partition', () => {
  it('is of a kind, a place and an hour', () => {
    expect(partitionOf('audit', origin, time)).toBe(
      'audit/cloud=aws/account=111122223333/region=eu-west-1/cluster=orchard-prod/date=2026-03-14/hour=09/',
    );
  });

  it('says what is unknown', () => {
    expect(partitionOf('rejected', {}, undefined)).toBe(
      'rejected/cloud=unknown/account=unknown/region=unknown/cluster=unknown/date=unknown/hour=unknown/',
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, 8.7e15, Date.UTC(10_000, 0, 1)])(
    'takes %d for no time',
    (odd) => expect(partitionOf('audit', origin, odd)).toMatch(/\/date=unknown\/hour=unknown\/$/),
  );

  it('takes the first and the last millisecond of the calendar', () => {
    expect(partitionOf('audit', origin, 0)).toMatch(/date=1970-01-01\/hour=00\/$/);
    expect(partitionOf('audit', origin, Date.UTC(10_000, 0, 1) - 1)).toMatch(/date=9999-12-31\/hour=23\/$/);
  });
});

describe('a name in a path', () => {
  it.each([
    ['example.com:project', 'example.com%3Aproject'],
    ['../../other', '..%2F..%2Fother'],
    ['a/date=2026-01-01', 'a%2Fdate%3D2026-01-01'],
    ['ends.', 'ends%2E'],
    ['.', '%2E'],
    ['100%', '100%25'],
    ['é', '%C3%A9'],
    ['unknown', '%75nknown'],
    ['', 'unknown'],
    ['a b\n', 'a%20b%0A'],
  ])('%j stands as %s', (name, stands) => expect(pathValueOf(name)).toBe(stands));

  it('is told apart where it is too long to stand whole', () => {
    const long = 'a'.repeat(1_000_000);
    expect(pathValueOf(`${long}b`)).toMatch(/^a{67}~[0-9a-f]{32}$/);
    expect(pathValueOf(`${long}b`)).not.toBe(pathValueOf(`${long}c`));
    expect(pathValueOf('é'.repeat(50))).toMatch(/^(%C3%A9)+(%C3)?~[0-9a-f]{32}$/);
  });

  it('never leaves its folder, and is never that of another name', () => {
    const names = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 150 }),
      fc.string({ unit: fc.constantFrom('/', '.', '%', '~', '=', 'a', '\\', 'unknown', '\ud800') }),
    );
    fc.assert(
      fc.property(names, names, (one, other) => {
        const path = partitionOf('audit', { ...origin, cluster: one }, time);
        expect(isObjectName(`${path}o`)).toBe(true);
        expect(path.split('/')).toHaveLength(8);
        const isSame = Buffer.from(one).equals(Buffer.from(other));
        expect(pathValueOf(one) === pathValueOf(other)).toBe(isSame);
      }),
    );
  });
});

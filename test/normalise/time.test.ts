/** Times as providers write them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { klogOf } from '../../shared/normalise/klog.ts';
import { epochOf, epochOfUsTime } from '../../shared/normalise/time.ts';

const base = Date.UTC(2026, 2, 4, 5, 6, 7);

describe('a time', () => {
  it.each([
    ['2026-03-04T05:06:07Z', base],
    ['2026-03-04T05:06:07z', base],
    ['2026-03-04T05:06:07', base],
    ['2026-03-04 05:06:07', base],
    ['2026-03-04 05:06:07.502820 UTC', base + 502],
    ['2026-03-04 05:06:07 +0000 UTC', base],
    ['2026-03-04T05:06:07.5Z', base + 500],
    ['2026-03-04T05:06:07.50282Z', base + 502],
    ['2026-03-04T05:06:07.123456Z', base + 123],
    ['2026-03-04T05:06:07.1234567Z', base + 123],
    ['2026-03-04T05:06:07.123456789Z', base + 123],
    ['2026-03-04T07:06:07+02:00', base],
    ['2026-03-04T07:06:07.250+0200', base + 250],
    ['2026-03-03T23:36:07-05:30', base],
  ])('is read from %s', (text, expected) => {
    expect(Math.floor(epochOf(text) ?? 0)).toBe(expected);
  });

  it.each([
    ...[
      '',
      'yesterday',
      '2026-03-04',
      '2026-13-04T05:06:07Z',
      '2026-00-04T05:06:07Z',
      '2026-03-32T05:06:07Z',
    ],
    ...[
      '2026-03-04T24:06:07Z',
      '2026-03-04T05:60:07Z',
      '2026-03-04T05:06:61Z',
      '2026-03-04T05:06:07 somewhere',
    ],
    ...['2026-03-04T05:06:07+2', '2026-03-04T05:06:07+aa:bb', '20x6-03-04T05:06:07Z', '1772600767'],
  ])('is not made up from "%s"', (text) => {
    expect(epochOf(text)).toBeUndefined();
  });

  it('is the same as the platform reads it, for any instant', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
        (date) => {
          expect(Math.round(epochOf(date.toISOString()) ?? Number.NaN)).toBe(date.getTime());
        },
      ),
    );
  });

  it('is finite or absent for any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ maxLength: 40 }), fc.stringMatching(/^[\d:T.+ Z/APM-]{15,35}$/)),
        (text) => {
          for (const time of [epochOf(text), epochOfUsTime(text)])
            expect(time ?? 0).toSatisfy(Number.isFinite);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['3/4/2026 5:06:07 AM', base],
    ['03/04/2026 05:06:07', base],
    ['3/4/2026 5:06:07.000 PM', base + 12 * 3_600_000],
    ['3/4/2026 12:06:07 AM', base - 5 * 3_600_000],
    ['4.3.2026 05:06:07', undefined],
  ])('in the American form is read from %s', (text, expected) => {
    expect(epochOfUsTime(text)).toBe(expected);
  });
});

describe('a klog line', () => {
  const line =
    'I0304 05:06:07.123456       1 server.go:218] "Bound \\"it\\"" pod="shop/web" count=3 err="a\\nb"';

  it('gives its parts', () => {
    expect(klogOf(line, base)).toEqual({
      severity: 'info',
      time: base + 123,
      source: 'server.go:218',
      message: 'Bound "it"',
      fields: { pod: 'shop/web', count: '3', err: 'a\nb' },
    });
  });

  it('has no time where nothing tells the year', () => {
    expect(klogOf(line, undefined)?.time).toBeUndefined();
  });

  it('written in December and read in January is of the year before', () => {
    const written = klogOf('W1231 23:59:59.000001       1 a.go:1] late', Date.UTC(2026, 0, 1));
    expect(written?.time).toBe(Date.UTC(2025, 11, 31, 23, 59, 59));
  });

  it('has no time where the envelope states one past any calendar', () => {
    expect(klogOf(line, 1e308)?.time).toBeUndefined();
  });

  it('is told from other lines', () => {
    for (const other of ['', 'goroutine 1', 'X0304 05:06:07.123456 1 a.go:1] x', 'I0304 nonsense'])
      expect(klogOf(other, base)).toBeUndefined();
  });
});

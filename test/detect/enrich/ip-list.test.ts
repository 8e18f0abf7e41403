/** Lists of addresses: what they hold, to the edges, and what is said of their faults. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressOf, isWithin, networkOf } from '../../../shared/detect/address.ts';
import { ipListOf, joinedList } from '../../../shared/detect/enrich/ip-list.ts';

const listOf = (...lines: readonly string[]) => {
  const { list, problems } = ipListOf('tor.txt', lines.join('\n'));
  expect(problems).toEqual([]);
  return (ip: string): boolean => {
    const address = addressOf(ip);
    if (!address) throw new Error(`${ip} is no address`);
    return list.holds(address);
  };
};

describe('a list', () => {
  it('holds addresses and networks of both kinds, to their edges', () => {
    const holds = listOf('192.0.2.7', '198.51.100.64/26', '2001:db8:1::/48', '2001:db8:2::1');
    for (const ip of [
      '192.0.2.7',
      '198.51.100.64',
      '198.51.100.127',
      '2001:db8:1:ffff:ffff:ffff:ffff:ffff',
      '2001:db8:2::1',
    ])
      expect([ip, holds(ip)]).toEqual([ip, true]);
    for (const ip of [
      '192.0.2.6',
      '192.0.2.8',
      '198.51.100.63',
      '198.51.100.128',
      '2001:db8:2::',
      '2001:db8:0:ffff::',
      '2001:db8:2::2',
    ])
      expect([ip, holds(ip)]).toEqual([ip, false]);
  });

  it('holds the whole of either kind, and no more', () => {
    expect(listOf('0.0.0.0/0')('255.255.255.255')).toBe(true);
    expect(listOf('0.0.0.0/0')('2001:db8::1')).toBe(false);
    expect(listOf('::/0')('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')).toBe(true);
    expect(listOf('::/0')('192.0.2.1')).toBe(false);
  });

  it('takes an IPv4 address that is written as IPv6 for what it is, in the list and in the log', () => {
    expect(listOf('::ffff:192.0.2.0/120')('192.0.2.255')).toBe(true);
    expect(listOf('192.0.2.0/24')('::ffff:192.0.2.255')).toBe(true);
  });

  it('passes over comments, empty lines and what other systems put around lines', () => {
    const holds = listOf('\uFEFF# exits', '', '192.0.2.1 # one', '  192.0.2.2\t', '192.0.2.3 ; SBL1\r', ';x');
    expect(['192.0.2.1', '192.0.2.2', '192.0.2.3'].map(holds)).toEqual([true, true, true]);
  });

  it('is empty without an address', () => {
    expect(ipListOf('a', '# nothing\n\n').list.isEmpty).toBe(true);
    expect(ipListOf('a', '192.0.2.1').list.isEmpty).toBe(false);
    const both = joinedList([ipListOf('a', '').list, ipListOf('b', '192.0.2.1').list]);
    expect(both.isEmpty).toBe(false);
  });

  it('agrees with each of its networks, however they overlap', () => {
    const octet = fc.nat(15);
    const network = fc.tuple(octet, octet, fc.integer({ min: 24, max: 32 })).map(([c, d, bits]) => {
      const mask = 2 ** (32 - bits);
      return `10.0.${c}.${Math.floor((d * 16) / mask) * mask}/${bits}`;
    });
    fc.assert(
      fc.property(fc.array(network, { maxLength: 20 }), octet, fc.nat(255), (networks, c, d) => {
        const address = addressOf(`10.0.${c}.${d}`);
        if (!address) throw new Error('expected an address');
        const { list, problems } = ipListOf('a', networks.join('\n'));
        expect(problems).toEqual([]);
        const expected = networks.some((text) => {
          const one = networkOf(text);
          return one !== undefined && isWithin(address, one);
        });
        expect(list.holds(address)).toBe(expected);
      }),
    );
  });

  it('may have a hundred thousand lines', () => {
    const lines = Array.from({ length: 100_000 }, (_, at) => `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`);
    const holds = listOf(...lines);
    expect(holds('10.1.134.159')).toBe(true);
    expect(holds('10.1.134.160')).toBe(false);
  });
});

describe('a fault', () => {
  it('is told with its line', () => {
    const text = '192.0.2.1\nexample.com\n 192.0.2.1/24 # office\n192.0.2.0/33\n10.1\n192.0.2.1-192.0.2.9\n';
    expect(ipListOf('tor.txt', text).problems).toEqual([
      {
        path: 'tor.txt',
        line: 2,
        column: 1,
        message: '"example.com" is not an address or a network in CIDR form',
      },
      { path: 'tor.txt', line: 3, column: 2, message: '"192.0.2.1/24" has bits set beyond its prefix' },
      {
        path: 'tor.txt',
        line: 4,
        column: 1,
        message: '"192.0.2.0/33" is not an address or a network in CIDR form',
      },
      { path: 'tor.txt', line: 5, column: 1, message: '"10.1" is not an address or a network in CIDR form' },
      {
        path: 'tor.txt',
        line: 6,
        column: 1,
        message: '"192.0.2.1-192.0.2.9" is not an address or a network in CIDR form',
      },
    ]);
  });

  it('is told twenty times and not a million, and shortly', () => {
    const { problems } = ipListOf('a', `${'x'.repeat(100_000)}\n`.repeat(50));
    expect(problems).toHaveLength(20);
    expect(problems[0]?.message.length).toBeLessThan(200);
  });
});

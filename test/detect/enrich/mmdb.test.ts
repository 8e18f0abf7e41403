/** MMDB files: what is read of each maker's, and that damaged and hostile ones are refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressOf } from '../../../shared/detect/address.ts';
import { type AddressDatabase, databaseOf } from '../../../shared/detect/enrich/mmdb.ts';
import { KlaxonError } from '../../../shared/errors.ts';
import type { JsonObject } from '../../../shared/schema/json.ts';
import { encoded, head, type MmdbOptions, mmdbOf, pointerTo } from './mmdb-writer.ts';

const factsAt = (database: AddressDatabase, ip: string) => {
  const address = addressOf(ip);
  if (!address) throw new Error(`${ip} is no address`);
  return database.factsOf(address);
};
const opened = (records: Readonly<Record<string, JsonObject>>, options?: MmdbOptions) =>
  databaseOf('test.mmdb', mmdbOf(records, options));
const refusal = (bytes: Buffer): string => {
  try {
    databaseOf('test.mmdb', bytes);
  } catch (thrown) {
    if (thrown instanceof KlaxonError && thrown.code === 'settings') return thrown.message;
    throw thrown;
  }
  return 'taken';
};

const sweden = { country: { iso_code: 'SE', names: { en: 'Sweden' } } };
const finland = { country: { iso_code: 'FI' } };

describe('a database', () => {
  for (const recordSize of [24, 28, 32] as const) {
    for (const ipVersion of [4, 6] as const) {
      it(`finds IPv4 networks to their edges, with nodes of ${recordSize} bits in a tree of IPv${ipVersion}`, () => {
        const database = opened(
          { '192.0.2.64/26': sweden, '198.51.100.7/32': finland },
          { recordSize, ipVersion },
        );
        expect(
          ['192.0.2.63', '192.0.2.64', '192.0.2.127', '192.0.2.128'].map((ip) => factsAt(database, ip)),
        ).toEqual([undefined, { country: 'SE' }, { country: 'SE' }, undefined]);
        expect(factsAt(database, '198.51.100.7')).toEqual({ country: 'FI' });
        expect(factsAt(database, '198.51.100.6')).toBeUndefined();
      });
    }
  }

  it('finds IPv6 networks, and IPv4 addresses that are written as IPv6', () => {
    const database = opened({ '192.0.2.0/24': sweden, '2001:db8:1::/48': finland });
    expect(factsAt(database, '2001:db8:1:ffff:ffff:ffff:ffff:ffff')).toEqual({ country: 'FI' });
    expect(factsAt(database, '2001:db8:2::')).toBeUndefined();
    expect(factsAt(database, '::ffff:192.0.2.9')).toEqual({ country: 'SE' });
  });

  it('knows no IPv6 address where its tree holds IPv4 ones', () => {
    const database = opened({ '32.0.0.0/3': sweden }, { ipVersion: 4 });
    expect(factsAt(database, '32.1.13.184')).toEqual({ country: 'SE' });
    expect(factsAt(database, '2001:db8::1')).toBeUndefined();
  });

  it('may have one record for all addresses', () => {
    expect(factsAt(opened({ '0.0.0.0/0': sweden }), '203.0.113.1')).toEqual({ country: 'SE' });
  });
});

describe('the records', () => {
  const told = (record: JsonObject) => {
    const database = opened({ '192.0.2.0/24': record });
    return { facts: [...database.facts], of: factsAt(database, '192.0.2.1') };
  };

  it('of MaxMind, DB-IP and IP2Location are read', () => {
    expect(
      told({ ...sweden, city: { names: { en: 'Lund' } }, registered_country: { iso_code: 'NO' } }),
    ).toEqual({
      facts: ['country'],
      of: { country: 'SE' },
    });
    expect(told({ autonomous_system_number: 64500, autonomous_system_organization: 'Example Net' })).toEqual({
      facts: ['asn', 'organization'],
      of: { asn: 64500, organization: 'Example Net' },
    });
    expect(told({ ...sweden, traits: { autonomous_system_number: 64501, is_tor_exit_node: true } })).toEqual({
      facts: ['country', 'asn', 'anonymous', 'anonymizers'],
      of: { country: 'SE', asn: 64501, anonymous: true, anonymizers: ['tor'] },
    });
  });

  it('of IPinfo are read, the older and the newer', () => {
    const facts = ['country', 'asn', 'organization'];
    const of = { country: 'SE', asn: 64500, organization: 'Example Net' };
    const network = { asn: 'AS64500', as_name: 'Example Net', as_domain: 'example.net' };
    expect(told({ country: 'Sweden', country_code: 'SE', ...network })).toEqual({ facts, of });
    expect(told({ country: 'SE', country_name: 'Sweden', ...network })).toEqual({ facts, of });
    expect(told({ vpn: 'true', proxy: 'false', tor: 'false', relay: 'true' }).of).toEqual({
      anonymous: true,
      anonymizers: ['vpn', 'relay'],
    });
  });

  it('of ip-location-db are read', () => {
    expect(told({ country_code: 'se' }).of).toEqual({ country: 'SE' });
  });

  it('say how an address hides who is behind it; to be hosted is not to hide', () => {
    const of = (record: JsonObject) => told({ ...sweden, ...record }).of;
    expect(of({ is_anonymous: true, is_anonymous_vpn: true, is_hosting_provider: true })).toMatchObject({
      anonymous: true,
      anonymizers: ['vpn'],
    });
    expect(of({ is_anonymous: true })).toEqual({ country: 'SE', anonymous: true });
    expect(of({ is_anonymous: true, is_hosting_provider: true })).toEqual({ country: 'SE' });
    expect(of({ is_anonymous: false, is_public_proxy: false })).toEqual({ country: 'SE' });
  });

  it('leave out what is no country and no number of a network', () => {
    for (const odd of ['Sweden', '', 'S', 7, true])
      expect(told({ ...sweden, country_code: odd }).of).toEqual({ country: 'SE' });
    for (const asn of [0, 'AS', 'AS99999999999', '64500 x'])
      expect(told({ ...sweden, asn }).of).toEqual({ country: 'SE' });
  });

  it('say what a database is about even where only a later one has something to tell', () => {
    const database = opened({ '192.0.2.0/25': { is_anonymous: false }, '198.51.100.0/24': finland });
    expect([...database.facts].toSorted()).toEqual(['anonymizers', 'anonymous', 'country']);
  });
});

describe('what is no database that rules can use', () => {
  it('is refused with what it is', () => {
    const wrong = 'test.mmdb: no MMDB: expected a file such as GeoLite2-ASN.mmdb, unpacked';
    expect(refusal(Buffer.alloc(0))).toBe(wrong);
    expect(refusal(Buffer.from('country,network\n'))).toBe(wrong);
    expect(refusal(Buffer.alloc(4 * 1024 * 1024))).toBe(wrong);
    const marked = Buffer.alloc(1024 * 1024);
    marked.write('\xab\xcd\xefMaxMind.com', 10, 'latin1');
    expect(refusal(marked)).toBe(wrong);
  });

  it('is refused where it tells nothing that rules ask, or nothing at all', () => {
    expect(
      refusal(mmdbOf({ '192.0.2.0/24': { connection_type: 'Cable/DSL' } }, { type: 'X-Connection' })),
    ).toBe('test.mmdb: this MMDB (X-Connection) tells neither country, network nor anonymiser of an address');
    expect(refusal(mmdbOf({}))).toBe('test.mmdb: this MMDB (Test-Country) holds no record of an address');
  });

  it('is refused where its metadata do not fit the file', () => {
    for (const metadata of [
      { node_count: 1_000_000 },
      { node_count: 0 },
      { node_count: 'many' },
      { record_size: 26 },
      { ip_version: 5 },
      { binary_format_major_version: 3 },
    ])
      expect(refusal(mmdbOf({ '192.0.2.0/24': sweden }, { metadata }))).toContain('this MMDB is damaged');
  });
});

describe('a hostile database', () => {
  const withData = (rawData: Buffer) => mmdbOf({ '192.0.2.0/24': 0 }, { rawData });

  it('whose pointers lead in a circle is refused', () => {
    expect(refusal(withData(pointerTo(0)))).toContain('more than 4096 values');
    expect(refusal(withData(Buffer.concat([head(11, 1), pointerTo(0)])))).toContain('more than 4096 values');
  });

  it('that unfolds into more than any memory holds is refused', () => {
    // Each list is twenty pointers to the next: 20^30 values in 1,300 bytes.
    const lists = Array.from({ length: 30 }, (_, level) =>
      Buffer.concat([head(11, 20), ...Array.from({ length: 20 }, () => pointerTo((level + 1) * 42))]),
    );
    expect(refusal(withData(Buffer.concat([...lists, encoded('end')])))).toContain('more than 4096 values');
  });

  it('that makes room for lists which are not there is refused', () => {
    const nested = Buffer.concat(Array.from({ length: 500 }, () => head(11, 16_000_000)));
    expect(refusal(withData(nested))).toContain('this MMDB is damaged');
  });

  it('that is nested deeper than a stack is refused', () => {
    const deep = Buffer.concat([...Array.from({ length: 4000 }, () => head(11, 1)), encoded('end')]);
    expect(refusal(withData(deep))).toMatch(/damaged|holds no record/);
  });

  it('with the same in its metadata is refused', () => {
    const marker = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
    for (const metadata of [
      pointerTo(0),
      Buffer.concat(Array.from({ length: 500 }, () => head(11, 16_000_000))),
      head(2, 60_000),
      Buffer.alloc(0),
    ])
      expect(refusal(Buffer.concat([Buffer.alloc(64), marker, metadata]))).toContain('this MMDB is damaged');
  });

  it('changes nothing that objects inherit', () => {
    const record = Buffer.concat([
      head(7, 2),
      encoded('__proto__'),
      encoded(sweden),
      encoded('country_code'),
      encoded('FI'),
    ]);
    const database = databaseOf('test.mmdb', withData(record));
    expect(factsAt(database, '192.0.2.1')).toEqual({ country: 'FI' });
    expect('country' in {}).toBe(false);
  });

  it('of any damage is refused or read, and ends', () => {
    const honest = mmdbOf({ '192.0.2.0/24': sweden, '2001:db8::/32': finland });
    const damage = fc.array(fc.tuple(fc.nat(honest.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(damage, (changes) => {
        const bytes = Buffer.from(honest);
        for (const [at, value] of changes) bytes[at] = value;
        try {
          const database = databaseOf('test.mmdb', bytes);
          factsAt(database, '192.0.2.1');
          factsAt(database, '2001:db8::1');
        } catch (thrown) {
          if (!(thrown instanceof KlaxonError)) throw thrown;
        }
      }),
      { numRuns: 2000 },
    );
  });
});

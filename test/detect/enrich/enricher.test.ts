/** What is told of an address: by which database, how often it is asked, and what a rule sees of it. */
import { describe, expect, it } from 'vitest';
import { createDetector } from '../../../shared/detect/detect.ts';
import { type Enricher, enricherOf } from '../../../shared/detect/enrich/enricher.ts';
import type { AddressFacts, Fact } from '../../../shared/detect/enrich/facts.ts';
import { ipListOf } from '../../../shared/detect/enrich/ip-list.ts';
import { type AddressDatabase, databaseOf } from '../../../shared/detect/enrich/mmdb.ts';
import { callerOf } from '../../../shared/detect/views/caller.ts';
import { KlaxonError } from '../../../shared/errors.ts';
import { auditEvent } from '../events.ts';
import { loadedDetection } from '../sigma/loading.ts';
import { mmdbOf } from './mmdb-writer.ts';

/** A database that tells the same of every address, and counts how often it is asked. */
const counting = (facts: AddressFacts) => {
  const asked: string[] = [];
  const database: AddressDatabase = {
    path: 'a.mmdb',
    facts: new Set(Object.keys(facts) as Fact[]),
    factsOf: (address) => {
      asked.push(address.toString());
      return facts;
    },
  };
  return { database, asked };
};
const list = (text: string) => ipListOf('list.txt', text).list;
const callFrom = (...sourceIPs: readonly string[]) => auditEvent({ verb: 'get', sourceIPs });
const caller = (enricher: Enricher, ...ips: readonly string[]) => callerOf(callFrom(...ips), enricher);

describe('an enricher', () => {
  it('puts together what databases and lists tell of the last address', () => {
    const enricher = enricherOf({
      databases: [
        databaseOf('c.mmdb', mmdbOf({ '203.0.113.0/24': { country: { iso_code: 'SE' } } })),
        databaseOf('n.mmdb', mmdbOf({ '203.0.113.0/24': { autonomous_system_number: 64500 } })),
      ],
      lists: new Map([
        ['tor', list('203.0.113.9')],
        ['denied', list('203.0.113.0/24')],
        ['empty', list('')],
      ]),
    });
    expect([...enricher.abilities.facts]).toEqual(['country', 'asn']);
    expect(enricher.abilities.lists).toEqual(['tor', 'denied']);
    expect(caller(enricher, '192.0.2.1', '203.0.113.9')).toEqual({
      ip: '203.0.113.9',
      public: true,
      country: 'SE',
      asn: 64500,
      lists: ['tor', 'denied'],
    });
    expect(caller(enricher, '203.0.113.9', '192.0.2.1')).toEqual({ ip: '192.0.2.1', public: true });
    expect(caller(enricher)).toBeUndefined();
    expect(caller(enricher, 'unix socket')).toBeUndefined();
  });

  it('takes a fact from the first database that tells it', () => {
    const databases = [
      counting({ country: 'SE' }).database,
      counting({ country: 'NO', asn: 64500 }).database,
    ];
    expect(caller(enricherOf({ databases, lists: new Map() }), '192.0.2.1')).toMatchObject({
      country: 'SE',
      asn: 64500,
    });
  });

  it('looks an address up once, and remembers no more than it must', () => {
    const { database, asked } = counting({ country: 'SE' });
    const enricher = enricherOf({ databases: [database], lists: new Map() });
    for (let round = 0; round < 3; round++) for (const ip of ['192.0.2.1', '192.0.2.2']) caller(enricher, ip);
    expect(asked).toEqual(['192.0.2.1', '192.0.2.2']);
    for (let at = 0; at < 20_000; at++) caller(enricher, `10.0.${at >> 8}.${at & 255}`);
    caller(enricher, '192.0.2.1');
    expect(asked.filter((ip) => ip === '192.0.2.1')).toHaveLength(2);
  });

  it('goes on where a record cannot be read, and says so once', () => {
    const said: string[] = [];
    const broken: AddressDatabase = {
      path: 'b.mmdb',
      facts: new Set<Fact>(['asn']),
      factsOf: () => {
        throw new KlaxonError('settings', 'b.mmdb: this MMDB is damaged');
      },
    };
    const enricher = enricherOf({
      databases: [broken, counting({ country: 'SE' }).database],
      lists: new Map(),
      onFault: (message) => said.push(message),
    });
    for (const ip of ['192.0.2.1', '192.0.2.2'])
      expect(caller(enricher, ip)).toEqual({ ip, public: true, country: 'SE' });
    expect(said).toEqual(['b.mmdb: this MMDB is damaged']);
  });
});

describe('a detector', () => {
  const rules = loadedDetection(
    'sel: { verb: get, caller.country: [SE, NO] }\nlisted: { caller.lists: tor }\ncondition: sel or listed',
  ).rules;
  const firedFrom = (ip: string, enricher?: Enricher): boolean =>
    createDetector(rules, { enricher }).findingsFor(callFrom(ip)).length > 0;

  it('lets rules ask what is known of the caller', () => {
    const { database } = counting({ country: 'SE' });
    expect(firedFrom('192.0.2.1', enricherOf({ databases: [database], lists: new Map() }))).toBe(true);
    const lists = new Map([['tor', list('192.0.2.1')]]);
    expect(firedFrom('192.0.2.1', enricherOf({ databases: [], lists }))).toBe(true);
    expect(firedFrom('192.0.2.2', enricherOf({ databases: [], lists }))).toBe(false);
    expect(firedFrom('192.0.2.1')).toBe(false);
  });

  it('looks nothing up for events that no rule asks it of', () => {
    const { database, asked } = counting({ country: 'DK' });
    const enricher = enricherOf({ databases: [database], lists: new Map() });
    const [rule] = loadedDetection('sel: { verb: create, caller.country: SE }\ncondition: sel').rules;
    const detector = createDetector(rule ? [rule] : [], { enricher });
    for (let at = 0; at < 5; at++) detector.findingsFor(callFrom('192.0.2.1'));
    expect(asked).toEqual([]);
    detector.findingsFor(auditEvent({ verb: 'create', sourceIPs: ['192.0.2.1'] }));
    expect(asked).toEqual(['192.0.2.1']);
  });
});

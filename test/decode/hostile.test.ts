/** Whatever a delivery holds, nothing is thrown, everything is counted, and what comes out is an event by the schema. */
import { gzipSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { decode } from '../../shared/decode/decode.ts';
import { defaultLimits } from '../../shared/decode/decoding.ts';
import { isEvent, normalise } from '../../shared/normalise/normalise.ts';
import { AuditEvent } from '../../shared/schema/audit-event.ts';
import { dialects } from '../../shared/schema/raw-record.ts';
import { anyJson, placesIn, replaced } from './damage.ts';
import { auditEvent, specimens } from './specimens.ts';

const ajv = new Ajv2020({ strict: false, allErrors: true });
const isAuditEvent = ajv.compile(JSON.parse(JSON.stringify(AuditEvent)));

/** Decodes and normalises; every event has to satisfy the schema once written. */
const outcomeOf = (delivery: unknown) => {
  const decoded = decode(delivery);
  const results = decoded.records.map(normalise);
  const events = results.filter(isEvent);
  for (const event of events) {
    const written: unknown = JSON.parse(JSON.stringify(event));
    if (!isAuditEvent(written))
      throw new Error(`${ajv.errorsText(isAuditEvent.errors)}: ${JSON.stringify(written).slice(0, 2000)}`);
  }
  const dropped = [...decoded.dropped.values()].reduce((sum, count) => sum + count, 0);
  return { events, rejected: decoded.rejections.length, dropped, records: results.length };
};

const gzip = (text: string): Buffer => gzipSync(text);
const base64 = (text: string): string => Buffer.from(text).toString('base64');

const flatLength = (value: unknown): number => (Array.isArray(value) ? value.flat(20).length : 1);

const nested = (levels: number): string => `${'['.repeat(levels)}1${']'.repeat(levels)}`;
const nestedObjects = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

const neighbour = { ...auditEvent, auditID: 'the-neighbour' };
const hasNeighbour = (delivery: unknown): boolean =>
  outcomeOf(delivery).events.some(({ id }) => id.startsWith('the-neighbour/'));

describe('hostile input', () => {
  const before = Object.getOwnPropertyNames(Object.prototype).sort();
  afterAll(() => {
    expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(before);
    expect('polluted' in {}).toBe(false);
  });

  it.each(dialects)('a good %s is one event of its dialect', (dialect) => {
    const { events, rejected } = outcomeOf(specimens[dialect]);
    expect(events.map(({ origin }) => origin.dialect)).toEqual([dialect]);
    expect(rejected).toBe(0);
  });

  it.each(dialects)('%s with any part replaced by anything spoils nothing beside it', (dialect) => {
    const specimen: unknown = JSON.parse(JSON.stringify(specimens[dialect]));
    const places = placesIn(specimen).filter((path) => path.length > 0);
    const damage = fc.array(fc.tuple(fc.constantFrom(...places), anyJson), { minLength: 1, maxLength: 2 });
    fc.assert(
      fc.property(damage, (changes) => {
        let damaged = specimen;
        for (const [path, by] of changes)
          if (placesIn(damaged).some((place) => place.join('\n') === path.join('\n')))
            damaged = replaced(damaged, path, by);
        expect(hasNeighbour([damaged, neighbour])).toBe(true);
        expect(hasNeighbour(`${JSON.stringify(damaged)}\n${JSON.stringify(neighbour)}\n`)).toBe(true);
        expect(hasNeighbour({ records: [damaged, neighbour] })).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('the audit event inside each carrier may have anything in any place', () => {
    const places = placesIn(auditEvent).filter((path) => path.length > 0);
    fc.assert(
      fc.property(fc.constantFrom(...places), anyJson, (path, by) => {
        const line = JSON.stringify(replaced(auditEvent, path, by)).replace('null,"x"', '1e999,"x"');
        const eks = { ...specimens['eks-audit'], logEvents: [{ id: '1', timestamp: 1, message: line }] };
        const aks = { ...specimens['aks-audit'], properties: { log: `${line}\n` } };
        for (const delivery of [
          eks,
          aks,
          line,
          { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items: [JSON.parse(line)] },
        ]) {
          const { events, rejected, dropped } = outcomeOf(delivery);
          expect(events.length + rejected + dropped).toBeGreaterThanOrEqual(0);
          expect(hasNeighbour([delivery, neighbour])).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('an audit event cut off anywhere is salvaged or rejected', () => {
    const line = JSON.stringify(auditEvent);
    for (let length = 0; length <= line.length; length += 3) {
      const message = `${line.slice(0, length)}[Truncated...]`;
      const { records } = outcomeOf({
        ...specimens['eks-audit'],
        logEvents: [{ id: '1', timestamp: 1, message }],
      });
      expect(records).toBe(1);
      expect(hasNeighbour(`${line.slice(0, length)}\n${JSON.stringify(neighbour)}`)).toBe(true);
    }
  });

  it('any JSON at all is counted', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), anyJson), (value) => {
        const { records, rejected, dropped } = outcomeOf([value, neighbour]);
        // An empty list holds nothing to count.
        const isEmpty = flatLength(value) === 0 || value === '[]' || value === '{"records":[]}';
        expect(records).toBeGreaterThan(0);
        expect(records + rejected + dropped).toBeGreaterThanOrEqual(isEmpty ? 1 : 2);
      }),
      { numRuns: 500 },
    );
  });

  it('any bytes at all are counted', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.boolean(), (bytes, packed) => {
        const { records, rejected, dropped } = outcomeOf(packed ? gzipSync(bytes) : bytes);
        expect(records + rejected + dropped).toBeGreaterThan(0);
        expect(hasNeighbour(Buffer.concat([bytes, Buffer.from(`\n\n${JSON.stringify(neighbour)}`)]))).toBe(
          bytes[0] !== 0x1f || bytes[1] !== 0x8b,
        );
      }),
      { numRuns: 500 },
    );
  });

  it('a flipped byte in gzip data is a rejection', () => {
    const good = gzip(JSON.stringify(neighbour));
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const bytes = Buffer.from(good);
        bytes[at] = (bytes[at] ?? 0) ^ by;
        const { records, rejected, dropped } = outcomeOf([bytes, JSON.stringify(neighbour)]);
        expect(records + rejected + dropped).toBeGreaterThanOrEqual(2);
      }),
    );
  });

  it('a gzip bomb is refused at the limit, and what stands beside it is read', () => {
    const limits = { ...defaultLimits, maxBytes: 1024 * 1024 };
    const bomb = gzipSync(Buffer.alloc(8 * 1024 * 1024, 32));
    const decoded = decode([bomb, bomb.toString('base64'), JSON.stringify(neighbour)], { limits });
    expect(decoded.rejections.map(({ reason }) => reason)).toEqual(['too-large', 'too-large']);
    expect(decoded.records).toHaveLength(1);
  });

  it('a gzip bomb is refused at 64 MiB by default', () => {
    expect(defaultLimits.maxBytes).toBe(64 * 1024 * 1024);
    const bomb = gzipSync(Buffer.alloc(65 * 1024 * 1024, 32));
    expect(decode(bomb).rejections.map(({ reason }) => reason)).toEqual(['too-large']);
  });

  it('bombs within one another are refused', () => {
    let inner = gzip(JSON.stringify(neighbour)).toString('base64');
    for (let levels = 0; levels < 20; levels++) inner = gzip(inner).toString('base64');
    expect(decode(inner).rejections.map(({ reason }) => reason)).toEqual(['too-deep']);
  });

  it.each([
    ['lists', nested(100_000)],
    ['objects', nestedObjects(100_000)],
    ['lists in a record', `{"kind":"Event","auditID":"a","verb":"get","requestObject":${nested(100_000)}}`],
    ['objects in a record', JSON.stringify(auditEvent).replace('"Pod"', nestedObjects(100_000))],
    [
      'objects in a batch',
      `{"records":[{"category":"kube-audit","resourceId":"x","properties":{"log":{"auditID":"a","verb":"get","requestObject":${nestedObjects(100_000)}}}}]}`,
    ],
    ['lists that never end', '['.repeat(100_000)],
    ['objects that never end', '{"a":'.repeat(100_000)],
    ['lists over many lines', `${'[\n'.repeat(100_000)}${']\n'.repeat(100_000)}`],
  ])('100,000 levels of %s are read within the stack', (_, text) => {
    expect(hasNeighbour(`${text}\n${JSON.stringify(neighbour)}`)).toBe(true);
    expect(hasNeighbour([text, gzip(text), base64(text), neighbour])).toBe(true);
    const { events } = outcomeOf(text);
    for (const event of events) expect(event.origin.truncated).toBe(true);
  });

  it('an object that is handed over nested 100,000 levels deep is read within the stack', () => {
    const deep: unknown = JSON.parse(
      `{"auditID":"a","verb":"get","requestObject":${nestedObjects(100_000)}}`,
    );
    const { events } = outcomeOf([deep, neighbour]);
    expect(events).toHaveLength(2);
    expect(events.map(({ origin }) => origin.truncated)).toEqual([true, undefined]);
  });

  it('a line of 100 MB is cut at the limit, and the next is read', () => {
    const line = `{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"long","verb":"get","x":"${'x'.repeat(100_000_000)}"}`;
    const { events } = outcomeOf(`${line}\n${JSON.stringify(neighbour)}`);
    expect(events.map(({ id }) => id.split('/')[0])).toEqual(['long', 'the-neighbour']);
    expect(events[0]?.origin.truncated).toBe(true);
  });

  it.each([
    ['invalid UTF-8', Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0x0a])],
    ['NUL bytes', Buffer.alloc(1000)],
    ['a lone surrogate', Buffer.from('{"auditID":"\\ud800","verb":"get"}\n')],
    [
      'a number past 2^53',
      Buffer.from('{"auditID":"a","verb":"get","responseStatus":{"code":90071992547409931}}\n'),
    ],
    ['a number past any', Buffer.from('{"auditID":"a","verb":"get","responseStatus":{"code":1e999}}\n')],
    [
      'a time past any',
      Buffer.from(
        '{"messageType":"DATA_MESSAGE","logGroup":"/aws/eks/a/cluster","logStream":"kube-apiserver-1","logEvents":[{"timestamp":1e999,"message":"x"}]}\n',
      ),
    ],
    [
      '__proto__ as a key',
      Buffer.from(
        '{"auditID":"a","verb":"get","__proto__":{"polluted":true},"user":{"__proto__":{"polluted":1}}}\n',
      ),
    ],
    [
      'constructor as a key',
      Buffer.from('{"auditID":"a","verb":"get","constructor":{"prototype":{"polluted":true}}}\n'),
    ],
    ['lists of lists', Buffer.from('[[[[[[[[[[[[[{"auditID":"a","verb":"get"}]]]]]]]]]]]]]\n')],
  ])('%s is counted and spoils nothing beside it', (_, bytes) => {
    const { records, rejected, dropped } = outcomeOf(bytes);
    expect(records + rejected + dropped).toBeGreaterThan(0);
    expect(hasNeighbour(Buffer.concat([bytes, Buffer.from(`\n${JSON.stringify(neighbour)}`)]))).toBe(true);
  });

  it.each([
    undefined,
    null,
    1,
    Number.NaN,
    true,
    Symbol('x'),
    1n,
    () => 1,
    new Date(0),
    new Map(),
    new Uint8Array(),
  ])('a delivery that is %s is counted', (delivery) => {
    const { records, rejected, dropped } = outcomeOf(delivery);
    expect(records + rejected + dropped).toBe(1);
  });
});

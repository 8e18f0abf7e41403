/** Whatever a record holds, it is archived as one line, in a folder of its own, and comes out as it went in. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { archiveBatch } from '../../shared/archive/archive-batch.ts';
import { partitionOf } from '../../shared/archive/partition.ts';
import { decode } from '../../shared/decode/decode.ts';
import { isObjectName } from '../../shared/ports.ts';
import { dialects } from '../../shared/schema/raw-record.ts';
import { anyJson, placesIn, replaced } from '../decode/damage.ts';
import { specimens } from '../decode/specimens.ts';
import { archivedLineOf, eventsIn, recordedEvents } from './archived.ts';

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('a damaged record', () => {
  it.each(dialects)('of %s comes out of the archive as it went in', (dialect) => {
    const places = placesIn(specimens[dialect]);
    fc.assert(
      fc.property(fc.constantFrom(...places), anyJson, fc.boolean(), (place, value, asText) => {
        // A number that is too large to be written as JSON (1e999 is read as Infinity) would come out as null.
        const damaged = asJson(replaced(specimens[dialect], place, value));
        for (const recorded of recordedEvents(decode(asText ? JSON.stringify(damaged) : damaged))) {
          const line = archivedLineOf(recorded);
          const { kind, origin, time } = recorded.event;
          expect(line).not.toContain('\n');
          expect(isObjectName(`${partitionOf(kind, origin, time)}o`)).toBe(true);
          expect(asJson(eventsIn(line))).toEqual(asJson([recorded.event]));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('cut anywhere comes out of the archive as it went in', () => {
    const message = JSON.stringify(specimens['kubernetes-audit']);
    for (let at = 1; at < message.length; at += 7) {
      const logEvents = [{ id: '1', timestamp: 1, message: message.slice(0, at) }];
      for (const recorded of recordedEvents(decode({ ...specimens['eks-audit'], logEvents })))
        expect(eventsIn(archivedLineOf(recorded))).toEqual([recorded.event]);
    }
  });

  it.each([500, 1500, 1990])('nested %i deep is archived, as far as it is kept at all', (depth) => {
    const nested = `${'['.repeat(depth)}${']'.repeat(depth)}`;
    const text = `{"kind":"Event","auditID":"deep","verb":"get","user":{},"requestURI":"/x","responseObject":${nested}}`;
    const batch = archiveBatch({ form: 'audit' });
    for (const { record, event } of recordedEvents(decode(text))) batch.add(event, record);
    expect(batch.takeAll()).toHaveLength(1);
  });
});

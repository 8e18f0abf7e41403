/** Every event of the shared data is valid OCSF at every version, and every audit event comes back as it was. */
import { beforeAll, describe, expect, it } from 'vitest';
import { eventKinds } from '../../../shared/schema/audit-event.ts';
import { fromOcsf } from '../../../shared/schema/ocsf/from-ocsf.ts';
import { ocsfVersions } from '../../../shared/schema/ocsf/ocsf-event.ts';
import { toOcsf } from '../../../shared/schema/ocsf/to-ocsf.ts';
import { sayLeftOut, sharedFolder } from '../../shared-data.ts';
import { inventedEvents } from './invented-events.ts';
import { type SampleEvent, sampleEvents } from './sample-events.ts';
import { validationOf } from './validation.ts';

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const shared = sharedFolder();
if (shared === undefined) sayLeftOut('OCSF validation and round trip of the sample events');

describe('an event as OCSF', () => {
  it('keeps no event of another maker for its own', () => {
    expect(fromOcsf({ class_uid: 6003, metadata: { uid: 'a' }, unmapped: {} })).toBeUndefined();
  });

  if (shared === undefined) return;
  let samples: readonly SampleEvent[] = [];
  beforeAll(() => {
    const invented = inventedEvents.map((event) => ({ from: 'invented', event }));
    samples = [...sampleEvents(shared), ...invented];
  });

  it('has samples of every kind to show', () => {
    const kinds = new Set(samples.map(({ event }) => event.kind));
    expect([...kinds].sort()).toEqual([...eventKinds].sort());
  });

  it.each(ocsfVersions)('is valid at %s, all samples', (version) => {
    const wrongIn = validationOf(shared, version);
    const wrong = samples.flatMap(({ from, event }) => {
      const problem = wrongIn(json(toOcsf(event, version)));
      return problem === undefined ? [] : [`${from} ${event.id}: ${problem}`];
    });
    expect(wrong.slice(0, 5)).toEqual([]);
  });

  it.each(ocsfVersions)('gives back every audit event of the samples from %s', (version) => {
    for (const { event } of samples) {
      if (event.kind !== 'audit') continue;
      expect(fromOcsf(json(toOcsf(event, version)))).toEqual(json(event));
    }
  });

  it('gives back nothing for events that are no audit events', () => {
    const others = samples.filter(({ event }) => event.kind !== 'audit');
    expect(others.filter(({ event }) => fromOcsf(json(toOcsf(event))) !== undefined)).toEqual([]);
  });
});

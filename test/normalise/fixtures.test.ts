/** Each fixture becomes exactly the events that stand beside it, all of them by the schema. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { AuditEvent } from '../../shared/schema/audit-event.ts';
import { isObject } from '../../shared/schema/json.ts';
import { dialects } from '../../shared/schema/raw-record.ts';
import { expectedOf, fixtureNames, fixtureOf, outcomesOf } from './fixtures.ts';

const ajv = new Ajv2020({ strict: false });
const isAuditEvent = ajv.compile(JSON.parse(JSON.stringify(AuditEvent)));

const expectedList = (name: string): readonly unknown[] => {
  const expected = expectedOf(name);
  return Array.isArray(expected) ? expected : [];
};

describe('a fixture', () => {
  it.each(fixtureNames)('becomes the events beside it: %s', (name) => {
    expect(outcomesOf(fixtureOf(name).delivery)).toEqual(expectedOf(name));
  });

  it.each(fixtureNames)('says where its format is described, and holds invented names only: %s', (name) => {
    const { source, delivery } = fixtureOf(name);
    expect(source.length).toBeGreaterThan(10);
    const addresses = JSON.stringify(delivery).match(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g) ?? [];
    for (const address of addresses)
      expect(address).toMatch(/^(?:192\.0\.2|198\.51\.100|203\.0\.113|10\.0\.0|172\.31\.0|127\.0\.0)\./);
  });

  it.each(fixtureNames)('expects events by the schema: %s', (name) => {
    for (const event of expectedList(name)) {
      if (isObject(event) && 'kind' in event)
        expect(isAuditEvent(event), ajv.errorsText(isAuditEvent.errors)).toBe(true);
    }
  });

  it('is there for every dialect', () => {
    const shown = fixtureNames.flatMap(expectedList).flatMap((event) => {
      const origin = isObject(event) && isObject(event.origin) ? event.origin : {};
      return typeof origin.dialect === 'string' ? [origin.dialect] : [];
    });
    const missing = dialects.filter((dialect) => !shown.includes(dialect));
    expect(missing).toEqual([]);
  });
});

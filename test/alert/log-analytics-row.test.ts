/** The row of an alert: the columns that infrastructure makes, and within what Log Analytics takes. */
import { describe, expect, it } from 'vitest';
import type { Alert } from '../../shared/alert/alert.ts';
import { fittedRow } from '../../shared/alert/log-analytics-row.ts';
import columns from '../../shared/settings/alert-columns.json' with { type: 'json' };
import { exampleAlert, noon } from './example.ts';

const now = noon + 60_000;
const alert: Alert = {
  ...exampleAlert(),
  clusterId: 'arn:aws:eks:eu-west-1:111122223333:cluster/prod',
  story: [],
};
const names = columns.map(({ name }) => name);

const typeOf = (value: unknown): string => {
  if (typeof value === 'number') return 'long';
  if (typeof value === 'object') return 'dynamic';
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(String(value)) ? 'datetime' : 'string';
};

describe('a row of Log Analytics', () => {
  it('has every column of the table, and no other, each of its type', () => {
    const row = fittedRow(alert, now);
    expect(Object.keys(row)).toEqual(names);
    expect(names.map((name) => ({ name, type: typeOf(row[name]) }))).toEqual(columns);
  });

  it('says when it was told and when it was, and of what the log did not state nothing', () => {
    expect(fittedRow(alert, now)).toMatchObject({
      TimeGenerated: '2026-01-02T12:01:00.000Z',
      EventTime: '2026-01-02T12:00:00.000Z',
    });
    const { EventTime, FirstSeen, ActorName } = fittedRow(
      { ...alert, time: undefined, firstSeen: 1e15, actor: { type: 'unknown' } },
      now,
    );
    expect([EventTime, FirstSeen, ActorName]).toEqual([undefined, undefined, undefined]);
  });

  it('has no field that would be cut there, however much there is to say', () => {
    const long = '€'.repeat(50_000);
    const row = fittedRow(
      { ...alert, why: long, cluster: long, actor: { ...alert.actor, name: long, groups: [long, long] } },
      now,
    );
    const sizes = Object.values(row).map((value) => Buffer.byteLength(JSON.stringify(value) ?? ''));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(64 * 1024);
    expect(row['ActorName']).toMatch(/ \[\d+ characters left out\]$/);
  });
});

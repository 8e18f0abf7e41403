/** What is kept of a record: as it came, where nothing in it is secret; and never half a secret. */
import { describe, expect, it } from 'vitest';
import { decode } from '../../shared/decode/decode.ts';
import { keptRecordOf } from '../../shared/normalise/kept-record.ts';
import { recordedEvents } from '../archive/archived.ts';
import { auditEvent, specimens } from '../decode/specimens.ts';

const keptOf = (delivery: unknown) =>
  recordedEvents(decode(delivery)).map(({ record, event }) => keptRecordOf(record, event));

const inCloudWatch = (...messages: readonly string[]) => ({
  ...specimens['eks-audit'],
  logEvents: messages.map((message, at) => ({ id: `${at}`, timestamp: 1_772_600_767_123, message })),
});

describe('what is kept', () => {
  it('is the line to the letter, with what a parser would not give back', () => {
    const line = ` {"verb": "get",\t"kind":"Event","auditID":"a","size":12345678901234567890,"n":1.0,"n":1e2}`;
    expect(keptOf(inCloudWatch(line))).toEqual([{ line, redacted: false }]);
  });

  it('is a line that was cut, as far as it came', () => {
    const line = `${JSON.stringify(auditEvent).slice(0, 900)}[Truncated...]`;
    expect(keptOf(inCloudWatch(line))).toEqual([{ line, redacted: false }]);
  });

  it('is a member of a batch as its JSON says it', () => {
    const list = { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items: [auditEvent] };
    expect(keptOf(JSON.stringify(list))).toEqual([{ line: JSON.stringify(auditEvent), redacted: false }]);
  });

  it('is an Azure record with its properties as a text, where nothing in that is secret', () => {
    const { properties: _, ...activity } = specimens['azure-activity'] as { properties: object };
    const record = JSON.stringify({ ...activity, properties: '{"statusCode":"OK"}' });
    expect(keptOf(record)).toEqual([{ line: record, redacted: false }]);
    const cut = JSON.stringify({ ...activity, properties: '{"responseBody":"canary' });
    expect(keptOf(cut)).toEqual([
      { line: cut.replace(/"properties":.*/, '"properties":"[redacted]"}'), redacted: true },
    ]);
  });

  it('is of Secrets all but their values', () => {
    const event = {
      ...auditEvent,
      objectRef: { resource: 'secrets', namespace: 'shop', name: 'db' },
      requestObject: { kind: 'Secret', data: { password: 'canary' } },
      responseObject: undefined,
    };
    const [kept] = keptOf(inCloudWatch(JSON.stringify(event)));
    expect(kept?.redacted).toBe(true);
    expect(JSON.parse(kept?.line ?? '')).toEqual({
      ...JSON.parse(JSON.stringify(event)),
      requestObject: { kind: 'Secret', data: { password: '[redacted]' } },
    });
  });
});

describe('a secret that the record was cut in', () => {
  const { requestObject: _, responseObject: __, annotations: ___, ...head } = auditEvent;
  const secrets = {
    ...head,
    objectRef: { resource: 'secrets' },
    requestURI: '/api/v1/namespaces/shop/secrets',
  };
  const { objectRef: ____, ...nothingSaid } = secrets;
  const cut = (event: object, tail: string): string => `${JSON.stringify(event).slice(0, -1)},${tail}`;

  it.each([
    ['in a text', cut(secrets, '"requestObject":"canary')],
    ['in a member', cut(secrets, '"requestObject":{"kind":"Secret","data":{"password":"canary')],
    ['before it is said what it is', cut(nothingSaid, '"requestObject":"canary')],
    [
      'in an annotation',
      cut(secrets, '"annotations":{"patch.webhook.admission.k8s.io/round_0_index_0":"canary'),
    ],
  ])('is left out: %s', (_name, line) => {
    for (const delivery of [inCloudWatch(line), inProperties(line)]) {
      const kept = keptOf(delivery);
      expect(kept).toHaveLength(1);
      expect(kept[0]?.line).not.toContain('canary');
      expect(kept[0]?.redacted).toBe(true);
    }
  });

  const inProperties = (log: string) => ({ ...specimens['aks-audit'], properties: { log } });
});

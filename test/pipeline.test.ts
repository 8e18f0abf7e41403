/** The account of deliveries: every record is an event, a rejection, a duplicate or a drop, and no two of them. */
import { describe, expect, it } from 'vitest';
import { decode } from '../shared/decode/decode.ts';
import { emptyAccount, nothingSeen, processDelivery } from '../shared/pipeline.ts';
import type { AuditEvent } from '../shared/schema/audit-event.ts';
import type { Rejection } from '../shared/schema/raw-record.ts';
import { auditEvent, specimens } from './decode/specimens.ts';

/** Processes deliveries one after the other, as a function that stays warm does. */
const processed = (deliveries: readonly unknown[]) => {
  const account = emptyAccount();
  const seen = nothingSeen();
  const events: AuditEvent[] = [];
  const rejections: Rejection[] = [];
  for (const delivery of deliveries) {
    processDelivery(decode(delivery), seen, account, {
      onEvent: (event) => events.push(event),
      onRejection: (rejection) => rejections.push(rejection),
    });
  }
  const { records, events: kept, rejected, duplicates, dropped } = account;
  expect(records).toBe(kept + rejected + duplicates + dropped);
  expect(events).toHaveLength(kept);
  expect(rejections).toHaveLength(rejected);
  return { account, events, rejections };
};

const { 'aks-audit': kubeAudit, 'aks-audit-admin': kubeAuditAdmin } = specimens;

describe('an account', () => {
  it('begins with nothing', () => {
    expect(emptyAccount()).toMatchObject({ records: 0, events: 0, rejected: 0, duplicates: 0, dropped: 0 });
  });

  it('adds up over a mixed delivery', () => {
    const control = { messageType: 'CONTROL_MESSAGE', logEvents: [{}, {}] };
    const received = { ...auditEvent, stage: 'RequestReceived' };
    const { account } = processed([[auditEvent, auditEvent, received, control, { a: 1 }, 7, ' \n']]);
    expect(account).toEqual({
      records: 8,
      events: 1,
      rejected: 2,
      duplicates: 1,
      dropped: 4,
      truncated: 0,
      refused: 0,
      rejectedFor: { unrecognised: 1, 'not-an-object': 1 },
      droppedFor: { 'control-message': 2, blank: 1, 'request-received': 1 },
    });
  });

  it('counts what was salvaged from a record cut short', () => {
    const line = JSON.stringify(auditEvent).slice(0, 700);
    expect(processed([line]).account).toMatchObject({ records: 1, events: 1, truncated: 1 });
  });

  it('counts who was refused, and not who failed otherwise', () => {
    const answers = [401, 403, 404, 500].map((code, at) => ({
      ...auditEvent,
      auditID: `0000000${at}`,
      responseStatus: { code },
    }));
    expect(processed([answers]).account).toMatchObject({ events: 4, refused: 2 });
  });

  it('says where in the delivery a rejected record stood', () => {
    const { rejections } = processed([[auditEvent, 'words', auditEvent, { a: 1 }]]);
    expect(rejections.map(({ index, reason, prefix }) => ({ index, reason, prefix }))).toEqual([
      { index: 1, reason: 'unrecognised', prefix: 'words' },
      { index: 3, reason: 'unrecognised', prefix: '{a}' },
    ]);
  });

  it('keeps no more of a rejected record than its beginning', () => {
    expect(processed(['x'.repeat(5000)]).rejections[0]?.prefix).toHaveLength(200);
  });
});

describe('a duplicate', () => {
  const countOf = (...records: readonly object[]) => processed(records).account;

  it('has the auditID, the stage and the clock of an event before', () => {
    expect(countOf(auditEvent, { ...auditEvent })).toMatchObject({ events: 1, duplicates: 1 });
  });

  it('may come by another carrier', () => {
    const line = `${JSON.stringify(auditEvent)}\n`;
    expect(
      processed([line, Buffer.from(line), { kind: 'EventList', items: [auditEvent] }]).account,
    ).toMatchObject({
      events: 1,
      duplicates: 2,
    });
  });

  it('of AKS is what kube-audit and kube-audit-admin both hold', () => {
    expect(countOf(kubeAudit, kubeAuditAdmin)).toMatchObject({ events: 1, duplicates: 1 });
  });

  it.each([
    ['another stage', { stage: 'ResponseStarted' }],
    ['another time', { stageTimestamp: '2026-03-04T05:06:08.223456Z' }],
    ['another URI under an auditID that the client chose', { requestURI: '/api/v1/secrets' }],
    ['another verb', { verb: 'delete' }],
    ['another auditID', { auditID: '6a1c0000-0000-4000-8000-000000000002' }],
  ])('is not an event with %s', (_, difference) => {
    expect(countOf(auditEvent, { ...auditEvent, ...difference })).toMatchObject({ events: 2, duplicates: 0 });
  });

  it('is told by what it says where it has no auditID', () => {
    const { auditID: _auditID, ...anonymous } = auditEvent;
    const other = { ...anonymous, userAgent: 'curl' };
    expect(countOf(anonymous, { ...anonymous }, other)).toMatchObject({ events: 2, duplicates: 1 });
  });

  it.each(['cloudtrail', 'azure-activity', 'gke-admin', 'gke-audit', 'kubernetes-event'] as const)(
    'may be one of %s',
    (dialect) => {
      expect(countOf(specimens[dialect], specimens[dialect])).toMatchObject({ events: 1, duplicates: 1 });
    },
  );

  it('is not an Event that was seen again, nor the second of two equal requests', () => {
    const event = specimens['kubernetes-event'];
    const again = {
      ...event,
      metadata: { uid: '00000000-0000-0000-0000-00000000000e', resourceVersion: '43' },
    };
    expect(countOf(event, again)).toMatchObject({ events: 2, duplicates: 0 });
    const request = specimens['ingress-nginx'];
    expect(countOf(request, request)).toMatchObject({ events: 2, duplicates: 0 });
  });

  it('is not the second of two equal lines that have no id of their own', () => {
    const line = 'I0304 05:06:07.123456       1 server.go:218] "Started"';
    expect(processed([`${line}\n${line}\n`]).account).toMatchObject({ events: 2, duplicates: 0 });
  });
});

describe('a drop', () => {
  it('is an event at RequestReceived, in every carrier of audit events', () => {
    const received = { ...auditEvent, stage: 'RequestReceived' };
    const properties = { log: JSON.stringify(received) };
    const { account } = processed([received, JSON.stringify(received), { ...kubeAudit, properties }]);
    expect(account).toMatchObject({
      records: 3,
      events: 0,
      dropped: 3,
      droppedFor: { 'request-received': 3 },
    });
  });

  it('is not an event at ResponseStarted, which may be the only one', () => {
    const refused = { ...auditEvent, stage: 'ResponseStarted', user: {}, responseStatus: { code: 401 } };
    expect(processed([refused]).account).toMatchObject({ events: 1, dropped: 0 });
  });
});

/** Findings for tests of the alert stage: a small rule, and events of it. */

import type { Alert } from '../../shared/alert/alert.ts';
import { alertGroups } from '../../shared/alert/suppress.ts';
import { always } from '../../shared/detect/expression.ts';
import type { Finding } from '../../shared/detect/finding.ts';
import type { Rule } from '../../shared/detect/rule.ts';
import type { AuditEvent } from '../../shared/schema/audit-event.ts';

export const noon = Date.UTC(2026, 0, 2, 12);

export const exampleRule: Rule = {
  id: 'door-opened',
  title: 'A door was opened',
  names: [],
  source: 'builtin',
  severity: 'medium',
  severityCases: [],
  logSource: { product: 'kubernetes', service: 'audit' },
  expression: always,
  description: 'Somebody opened a door that is usually shut.',
  tags: ['attack.execution', 'attack.t1609', 'attack.t1552.007'],
  falsePositives: ['The caretaker'],
  references: ['https://docs.example.com/doors'],
  misses: 'Doors without a lock.',
  respond: ['Look who it was.', 'Shut it.'],
  suppress: { by: ['origin.cluster', 'actor.name'], forSeconds: 3600 },
  covers: ['door-opened'],
  position: { path: 'rules/execution/door-opened.yml', line: 1, column: 1 },
};

export const exampleEvent = (over: Partial<AuditEvent> = {}): AuditEvent => ({
  id: 'a1/ResponseComplete/2026-01-02T12:00:00.000000Z',
  time: noon,
  timeText: '2026-01-02T12:00:00.000000Z',
  kind: 'audit',
  origin: {
    dialect: 'eks-audit',
    cloud: 'aws',
    account: '111122223333',
    region: 'eu-west-1',
    cluster: 'prod',
    location: { path: 'logs/a.jsonl', line: 7 },
  },
  actor: {
    name: 'dana',
    type: 'user',
    groups: ['developers', 'system:authenticated'],
    cloudIdentity: 'arn:aws:sts::111122223333:assumed-role/Developer/dana',
    credentialId: 'ASIAEXAMPLE',
  },
  client: { ips: ['198.51.100.7'], userAgent: 'kubectl/v1.36.0' },
  action: {
    verb: 'get',
    uri: '/api/v1/namespaces/shop/pods/web-0/exec?command=id',
    command: ['sh', '-c', 'id'],
  },
  target: { version: 'v1', resource: 'pods', subresource: 'exec', namespace: 'shop', name: 'web-0' },
  outcome: { result: 'success', code: 101 },
  audit: {
    auditID: 'a1',
    stage: 'ResponseComplete',
    verb: 'get',
    requestURI: '/api/v1/namespaces/shop/pods/web-0/exec?command=id',
    requestReceivedTimestamp: '2026-01-02T12:00:00.000000Z',
  },
  ...over,
});

/** The same request again under another id, so many milliseconds later. */
export const laterEvent = (id: string, milliseconds: number, over: Partial<AuditEvent> = {}): AuditEvent => {
  const base = exampleEvent();
  const timeText = new Date(noon + milliseconds).toISOString();
  return exampleEvent({
    id: `${id}/ResponseComplete/${timeText}`,
    time: noon + milliseconds,
    timeText,
    audit: { ...base.audit, auditID: id, requestReceivedTimestamp: timeText },
    ...over,
  });
};

export const findingOf = (
  event: AuditEvent,
  rule: Rule = exampleRule,
  severity = rule.severity,
): Finding => ({ rule, severity, event });

export const alertsOf = (findings: readonly Finding[], suppress = true): readonly Alert[] => {
  const early: Alert[] = [];
  const groups = alertGroups({ suppress, onAlert: (alert) => early.push(alert) });
  for (const finding of findings) groups.add(finding);
  return [...early, ...groups.flush()];
};

export const exampleAlert = (over: Partial<AuditEvent> = {}): Alert => {
  const [alert] = alertsOf([findingOf(exampleEvent(over))]);
  if (!alert) throw new Error('one finding gave no alert');
  return alert;
};

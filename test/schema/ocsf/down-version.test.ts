/** What the older versions of OCSF do not know is dropped or widened, and nothing else. */
import { describe, expect, it } from 'vitest';
import { downVersion } from '../../../shared/schema/ocsf/down-version.ts';
import { fromOcsf } from '../../../shared/schema/ocsf/from-ocsf.ts';
import type { OcsfEvent } from '../../../shared/schema/ocsf/ocsf-event.ts';
import { toOcsf } from '../../../shared/schema/ocsf/to-ocsf.ts';
import { execEvent, patchEvent, signInEvent } from './invented-events.ts';

const json = (value: unknown) => JSON.parse(JSON.stringify(value));

const finding: OcsfEvent = {
  class_uid: 2004,
  category_uid: 2,
  activity_id: 1,
  type_uid: 200_401,
  severity_id: 3,
  time: 1_767_323_045_000,
  metadata: {
    version: '1.8.0',
    product: { name: 'Klaxon', vendor_name: 'Klaxon' },
    profiles: ['security_control'],
  },
  action_id: 3,
  is_alert: true,
  finding_info: {
    uid: 'f1',
    title: 'Command executed in a pod',
    analytic: { uid: 'pod-exec', type_id: 1, state_id: 2 },
    related_events: [{ uid: 'e1', type_uid: 600_301, severity_id: 1 }],
    related_events_count: 1,
  },
  resources: [{ uid: 'r', uid_alt: 'u', role_id: 1 }],
  evidences: [{ actor: { user: { name: 'a', type_id: 4 } }, http_request: { http_method: 'PATCH' } }],
};

describe('an event of version 1.8.0', () => {
  it('is itself at 1.8.0', () => {
    expect(downVersion(finding, '1.8.0')).toBe(finding);
  });

  it('loses at 1.5.0 what came later', () => {
    const event = json(toOcsf(patchEvent, '1.5.0'));
    expect(event.metadata.version).toBe('1.5.0');
    expect(event.metadata).not.toHaveProperty('original_event_uid');
    expect(event.metadata).not.toHaveProperty('is_truncated');
    expect(event.metadata.profiles).toEqual(['cloud', 'security_control']);
    expect(event.actor.user.type_id).toBe(99);
    expect(event.http_request).toEqual({});
    expect(event.resources[0].uid_alt).toBe('u1');
    expect(event.cloud.account.type_id).toBe(13);
  });

  it('keeps the policy at 1.5.0 without its type', () => {
    const [authorization] = json(toOcsf(execEvent, '1.5.0')).actor.authorizations;
    expect(authorization.policy).toEqual({
      name: 'edit',
      desc: execEvent.outcome.decisionReason,
    });
  });

  it('loses at 1.1.0 the decision, the second uid and the newer account types as well', () => {
    const event = json(toOcsf(patchEvent, '1.1.0'));
    expect(event.metadata.profiles).toEqual(['cloud']);
    expect(event).not.toHaveProperty('action_id');
    expect(event.resources[0]).not.toHaveProperty('uid_alt');
    expect(event.cloud.account.type_id).toBe(99);
    expect(event.actor.authorizations).toEqual([{ decision: 'forbid' }]);
  });

  it('widens the API token at 1.5.0 and drops it at 1.1.0', () => {
    expect(json(toOcsf(signInEvent, '1.5.0')).authentication_token.type_id).toBe(99);
    expect(json(toOcsf(signInEvent, '1.1.0'))).not.toHaveProperty('authentication_token');
  });

  it('keeps of the action of a finding and of its evidence what 1.1.0 knows', () => {
    const event = json(downVersion(finding, '1.1.0'));
    expect(event).toMatchObject({ action_id: 99, metadata: { profiles: ['security_control'] } });
    expect(event).not.toHaveProperty('is_alert');
    expect(event.evidences).toEqual([{ actor: { user: { name: 'a', type_id: 99 } } }]);
    expect(event.resources).toEqual([{ uid: 'r' }]);
    expect(event.finding_info).toEqual({
      uid: 'f1',
      title: 'Command executed in a pod',
      analytic: { uid: 'pod-exec', type_id: 1 },
      related_events: [{ uid: 'e1', type_uid: 600_301 }],
    });
  });

  it('is left as it was', () => {
    const before = json(finding);
    downVersion(finding, '1.1.0');
    expect(json(finding)).toEqual(before);
  });

  it.each(['1.5.0', '1.1.0'] as const)('gives its audit event back from %s too', (version) => {
    expect(fromOcsf(json(toOcsf(execEvent, version)))).toEqual(execEvent);
    expect(fromOcsf(json(toOcsf(patchEvent, version)))).toEqual(patchEvent);
  });
});

/** Which OCSF each kind of event becomes, told on events of our own. */
import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../shared/schema/audit-event.ts';
import { fromOcsf } from '../../../shared/schema/ocsf/from-ocsf.ts';
import { isIp } from '../../../shared/schema/ocsf/network-endpoint.ts';
import { toOcsf } from '../../../shared/schema/ocsf/to-ocsf.ts';
import {
  cloudEvent,
  componentEvent,
  flowEvent,
  httpEvent,
  kubernetesEvent,
  processEvent,
  signInEvent,
} from './invented-events.ts';

const published = (event: AuditEvent) => JSON.parse(JSON.stringify(toOcsf(event)));

describe('a sign-in', () => {
  it('becomes an Authentication that keeps the two accounts apart', () => {
    expect(published(signInEvent)).toEqual({
      class_uid: 3002,
      class_name: 'Authentication',
      category_uid: 3,
      category_name: 'Identity & Access Management',
      activity_id: 1,
      activity_name: 'Logon',
      type_uid: 300201,
      type_name: 'Authentication: Logon',
      severity_id: 2,
      severity: 'Low',
      status_id: 2,
      status: 'Failure',
      status_detail: 'identity is not mapped',
      time: 1_767_323_045_000,
      message: 'access denied',
      metadata: {
        version: '1.8.0',
        profiles: ['cloud'],
        product: { name: 'aws-iam-authenticator', vendor_name: 'AWS' },
        uid: 'd1',
        original_time: '2026-01-02T03:04:05Z',
        log_name: 'authenticator',
        log_level: 'warning',
      },
      cloud: { provider: 'AWS', account: { uid: '111122223333', type_id: 10 } },
      user: {
        uid: 'arn:aws:iam::444455556666:role/dev',
        type: 'Unknown',
        type_id: 0,
        account: { uid: '444455556666', type_id: 10 },
      },
      session: { issuer: 'arn:aws:iam::444455556666:role/dev' },
      src_endpoint: { ip: '127.0.0.1', port: 40_000 },
      dst_endpoint: { name: 'shop' },
      service: { name: 'kubernetes' },
      http_request: { http_method: 'POST', url: { path: '/authenticate' } },
      auth_protocol_id: 99,
      auth_protocol: 'AWS STS presigned GetCallerIdentity',
      authentication_token: { type_id: 7, type: 'API Token' },
      logon_type_id: 3,
      logon_type: 'Network',
      is_remote: true,
      unmapped: {
        native: signInEvent.native,
        klaxon: {
          kind: 'authentication',
          dialect: 'eks-authenticator',
          cloudIdentity: 'arn:aws:iam::444455556666:role/dev',
        },
      },
    });
  });

  it('does not call an access review of guard a logon', () => {
    const origin = { dialect: 'aks-guard' } as const;
    const review = { ...signInEvent, origin, native: { message: 'Cache miss', severity: 'info' } };
    const refusal = { ...signInEvent, origin, native: { message: 'token is expired', severity: 'error' } };
    expect(published(review)).toMatchObject({ activity_id: 99, type_uid: 300299, user: { name: 'unknown' } });
    expect(published(refusal)).toMatchObject({ activity_id: 1, auth_protocol_id: 4 });
  });
});

describe('a call of a cloud API', () => {
  it('becomes an API Activity with the record as it came', () => {
    expect(published(cloudEvent)).toMatchObject({
      class_uid: 6003,
      activity_id: 4,
      type_uid: 600304,
      status_detail: 'AccessDenied',
      actor: { user: { name: 'alice', uid: 'AIDAEXAMPLE' } },
      src_endpoint: { ip: '203.0.113.9' },
      dst_endpoint: { svc_name: 'eks.amazonaws.com' },
      api: {
        operation: 'DeleteCluster',
        service: { name: 'eks.amazonaws.com' },
        request: { uid: 'r1' },
        response: { error: 'AccessDenied', message: 'not yours' },
      },
      resources: [{ name: 'shop', region: 'eu-west-1' }],
      unmapped: { native: cloudEvent.native },
    });
  });

  it.each([
    ['google.container.v1.ClusterManager.CreateCluster', 1],
    ['Microsoft.ContainerService/managedClusters/read', 2],
    ['UpdateClusterConfig', 3],
    ['MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/DELETE', 4],
    ['Microsoft.ContainerService/managedClusters/write', 99],
  ])('%s is activity %i', (verb, activityId) => {
    expect(published({ ...cloudEvent, action: { verb } }).activity_id).toBe(activityId);
  });

  it('gives back no audit event', () => {
    expect(fromOcsf(published(cloudEvent))).toBeUndefined();
  });
});

describe('a process', () => {
  it('becomes a Process Activity', () => {
    expect(published(processEvent)).toMatchObject({
      class_uid: 1007,
      activity_id: 1,
      type_uid: 100701,
      launch_type_id: 3,
      device: { type_id: 1, name: 'node-1', hostname: 'node-1', instance_uid: '99' },
      actor: { process: { pid: 7 }, user: { uid: '1000' } },
      process: {
        pid: 77,
        name: 'cat',
        cmd_line: 'cat /etc/shadow',
        file: { name: 'cat', path: '/usr/bin/cat', type_id: 1 },
        user: { uid: '0' },
        auid: 1000,
      },
    });
  });

  it('becomes a Base Event where the record has no pid', () => {
    const event = { ...processEvent, native: { jsonPayload: { _HOSTNAME: 'node-1' } } };
    expect(published(event)).toMatchObject({
      class_uid: 0,
      unmapped: { klaxon: { kind: 'process', action: processEvent.action, target: processEvent.target } },
    });
  });
});

describe("a component's line", () => {
  it('becomes a Base Event with its message', () => {
    expect(published(componentEvent)).toEqual({
      class_uid: 0,
      class_name: 'Base Event',
      category_uid: 0,
      category_name: 'Uncategorized',
      activity_id: 0,
      activity_name: 'Unknown',
      type_uid: 0,
      type_name: 'Base Event: Unknown',
      severity_id: 1,
      severity: 'Informational',
      status_id: 0,
      status: 'Unknown',
      time: 1_767_323_045_000,
      message: 'leader election lost',
      metadata: {
        version: '1.8.0',
        product: { name: 'Kubernetes', vendor_name: 'Kubernetes' },
        uid: 'g1',
        original_time: '2026-01-02T03:04:05Z',
        log_level: 'error',
      },
      unmapped: {
        native: componentEvent.native,
        klaxon: { kind: 'component', dialect: 'kubernetes-component', cluster: 'shop' },
      },
    });
  });
});

describe('a request to an ingress', () => {
  it('becomes an HTTP Activity', () => {
    expect(published(httpEvent)).toMatchObject({
      class_uid: 4002,
      activity_id: 9,
      type_uid: 400209,
      status_id: 2,
      status_code: '403',
      duration: 4,
      src_endpoint: { ip: '192.0.2.9' },
      dst_endpoint: { name: 'shop-web-80' },
      http_request: {
        http_method: 'PATCH',
        url: { path: '/cart', query_string: 'id=1' },
        user_agent: 'curl/8.5.0',
        version: '1.1',
        uid: 'r1',
      },
      http_response: { code: 403, length: 146 },
    });
  });

  it('keeps at older versions the answer, and not a method that they do not know', () => {
    for (const version of ['1.5.0', '1.1.0'] as const) {
      const event = JSON.parse(JSON.stringify(toOcsf(httpEvent, version)));
      expect(event).toMatchObject({
        activity_id: 99,
        activity_name: 'Other',
        type_uid: 400299,
        type_name: 'HTTP Activity: Other',
        http_response: { code: 403 },
      });
      expect(event.http_request).not.toHaveProperty('http_method');
    }
  });

  it('becomes a Base Event where its line ends before the status', () => {
    expect(published({ ...httpEvent, outcome: { result: 'unknown' } })).toMatchObject({ class_uid: 0 });
  });
});

describe('a flow', () => {
  it('becomes a Network Activity with both its ends', () => {
    expect(published(flowEvent)).toMatchObject({
      class_uid: 4001,
      activity_id: 5,
      type_uid: 400105,
      status_detail: 'POLICY_DENIED',
      src_endpoint: { ip: '10.0.0.8', port: 40_000, name: 'front', uid: 'web/front' },
      dst_endpoint: { name: 'unknown', port: 53 },
      connection_info: { direction_id: 2, protocol_name: 'udp', protocol_ver_id: 4 },
    });
  });
});

describe('an Event of Kubernetes', () => {
  it('becomes an Application Lifecycle of the object that it is about', () => {
    expect(published(kubernetesEvent)).toMatchObject({
      class_uid: 6002,
      activity_id: 8,
      type_uid: 600208,
      status_code: 'ScalingReplicaSet',
      message: 'Scaled up replica set front-1 to 2',
      count: 3,
      app: { name: 'front' },
    });
  });

  it('has at 1.1.0 an activity and a maker that this version asks for', () => {
    const event = JSON.parse(JSON.stringify(toOcsf(kubernetesEvent, '1.1.0')));
    expect(event).toMatchObject({ activity_id: 99, app: { name: 'front', vendor_name: 'unknown' } });
  });

  it('becomes a Base Event where it names no object', () => {
    expect(published({ ...kubernetesEvent, target: {} })).toMatchObject({ class_uid: 0 });
  });
});

describe('an address', () => {
  it.each(['192.0.2.1', '2001:db8::1', '::', '::ffff:192.0.2.1', '1:2:3:4:5:6:7:8'])('is %s', (text) => {
    expect(isIp(text)).toBe(true);
  });

  it.each(['', '@', 'private', '256.0.0.1', '1.2.3', '1::2::3', '1:2:3:4:5:6:7:8:9', '12345::', ':1'])(
    'is not "%s"',
    (text) => {
      expect(isIp(text)).toBe(false);
    },
  );
});

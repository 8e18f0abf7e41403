/** Where each part of an audit event stands in its API Activity, told on events of our own. */
import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../shared/schema/audit-event.ts';
import { fromOcsf } from '../../../shared/schema/ocsf/from-ocsf.ts';
import { toOcsf } from '../../../shared/schema/ocsf/to-ocsf.ts';
import { bareEvent, execEvent, patchEvent, reason } from './invented-events.ts';

const published = (event: AuditEvent) => JSON.parse(JSON.stringify(toOcsf(event)));

describe('an audit event', () => {
  it('becomes an API Activity, each part where the mapping puts it', () => {
    const { cloudIdentity, name } = execEvent.actor;
    const clusterId = execEvent.origin.clusterId;
    const { audit } = execEvent;
    expect(published(execEvent)).toEqual({
      class_uid: 6003,
      class_name: 'API Activity',
      category_uid: 6,
      category_name: 'Application Activity',
      activity_id: 1,
      activity_name: 'Create',
      type_uid: 600301,
      type_name: 'API Activity: Create',
      severity_id: 1,
      severity: 'Informational',
      status_id: 1,
      status: 'Success',
      status_code: '101',
      time: 1_767_323_045_678,
      start_time: 1_767_323_045_600,
      duration: 78,
      message: 'ResponseStarted',
      metadata: {
        version: '1.8.0',
        profiles: ['cloud', 'security_control'],
        product: {
          name: 'Amazon EKS',
          vendor_name: 'AWS',
          feature: { name: 'Elastic Kubernetes Service' },
          version: 'audit.k8s.io/v1',
        },
        uid: execEvent.id,
        correlation_uid: 'a1',
        original_event_uid: 'a1',
        original_time: execEvent.timeText,
        log_name: 'kube-apiserver-audit-1',
        log_level: 'Request',
      },
      cloud: { provider: 'AWS', account: { uid: '111122223333', type_id: 10 }, region: 'eu-west-1' },
      action_id: 1,
      actor: {
        user: {
          name,
          uid: 'aws-iam-authenticator:111122223333:AROAEXAMPLE',
          uid_alt: 'AROAEXAMPLE',
          type: 'User',
          type_id: 1,
          groups: [{ name: 'ops' }],
        },
        session: {
          uid: 'alice',
          uid_alt: cloudIdentity,
          issuer: 'arn:aws:iam::111122223333:role/ops',
          credential_uid: 'ASIAEXAMPLE',
        },
        authorizations: [{ decision: 'allow', policy: { name: 'edit', type: 'ClusterRole', desc: reason } }],
      },
      src_endpoint: { ip: '192.0.2.7', intermediate_ips: ['198.51.100.1'] },
      dst_endpoint: { name: 'shop', uid: clusterId, svc_name: 'kube-apiserver' },
      http_request: {
        http_method: 'POST',
        url: { path: '/api/v1/namespaces/web/pods/front/exec', query_string: 'command=id' },
        user_agent: 'kubectl/v1.36',
      },
      api: {
        operation: 'create',
        version: 'v1',
        group: { name: 'core' },
        service: { name: 'kubernetes', uid: clusterId },
        request: { uid: 'a1' },
        response: { code: 101 },
      },
      resources: [
        {
          uid: 'core/v1/namespaces/web/pods/front/exec',
          name: 'front',
          namespace: 'web',
          type: 'pods/exec',
          data: audit?.objectRef,
        },
      ],
      unmapped: {
        k8s: {
          cluster: 'shop',
          kind: 'Event',
          stage: 'ResponseStarted',
          level: 'Request',
          verb: 'create',
          requestURI: audit?.requestURI,
          sourceIPs: audit?.sourceIPs,
          requestReceivedTimestamp: audit?.requestReceivedTimestamp,
          stageTimestamp: audit?.stageTimestamp,
          userExtra: audit?.user?.extra,
          annotations: audit?.annotations,
          responseStatus: { metadata: {} },
        },
        klaxon: { kind: 'audit', dialect: 'eks-audit', deliveryId: '42', command: ['id'] },
      },
    });
  });

  it('leaves unknown what the log does not say', () => {
    expect(published(bareEvent)).toMatchObject({
      activity_id: 99,
      status_id: 0,
      time: 0,
      metadata: { labels: ['time-unknown'], product: { name: 'Kubernetes' } },
      actor: { user: { name: 'unknown', type_id: 0 } },
      src_endpoint: { name: 'unknown' },
      api: { operation: 'approve', request: { uid: 'b1' } },
    });
    expect(published(bareEvent)).not.toHaveProperty('cloud');
    expect(published(bareEvent)).not.toHaveProperty('action_id');
    expect(published(bareEvent)).not.toHaveProperty('resources');
    expect(published(bareEvent)).not.toHaveProperty('start_time');
  });

  it('does not take a time that JSON cannot write for a time', () => {
    expect(published({ ...bareEvent, time: Number.POSITIVE_INFINITY })).toMatchObject({
      time: 0,
      metadata: { labels: ['time-unknown'] },
    });
  });

  it('tells a refused patch by a service account as such', () => {
    expect(published(patchEvent)).toMatchObject({
      activity_id: 3,
      status_id: 2,
      status_detail: 'Forbidden',
      action_id: 2,
      metadata: { is_truncated: true },
      cloud: { provider: 'Azure', account: { uid: 'subscription-1', type_id: 13 } },
      actor: { user: { type: 'ServiceAccount', type_id: 4 }, authorizations: [{ decision: 'forbid' }] },
      http_request: { http_method: 'PATCH' },
      api: {
        group: { name: 'apps' },
        response: { code: 403, error: 'Forbidden', error_message: 'Failure' },
      },
      resources: [{ uid: 'apps/v1/namespaces/web/deployments/front', uid_alt: 'u1' }],
    });
  });

  it('names the containers of a pod template, by digest where there is one', () => {
    expect(published(patchEvent).api.request.containers).toEqual([
      {
        name: 'setup',
        image: { name: 'registry.example.com/setup@sha256:0123', uid: 'sha256:0123' },
        orchestrator: 'Kubernetes',
      },
      { name: 'front', image: { name: 'nginx:1.29', uid: 'nginx:1.29' }, orchestrator: 'Kubernetes' },
    ]);
  });

  it('keeps an impersonated user apart from the real one', () => {
    const impersonatedUser = { username: 'bob', groups: ['system:masters'] };
    const event = { ...execEvent, audit: { ...execEvent.audit, impersonatedUser } };
    expect(published(event)).toMatchObject({
      actor: { user: { name: 'alice' } },
      unmapped: { k8s: { impersonatedUser } },
    });
  });

  it.each([execEvent, bareEvent, patchEvent])('comes back as it was: $id', (event) => {
    expect(fromOcsf(published(event))).toEqual(event);
  });
});

/** Which events a rule is for, and other names for their fields. */
import { describe, expect, it } from 'vitest';
import { aliasOf, contains, dialectsFor, isFor } from '../../shared/detect/log-source.ts';
import { dialects } from '../../shared/schema/raw-record.ts';
import { holds } from './sigma/loading.ts';

const audits = ['eks-audit', 'aks-audit', 'aks-audit-admin', 'gke-audit', 'kubernetes-audit'];

describe('a log source', () => {
  it('is for Kubernetes audit events with its category and without', () => {
    expect(dialectsFor({ product: 'kubernetes', service: 'audit' })).toEqual(expect.arrayContaining(audits));
    const three = { product: 'kubernetes', service: 'audit', category: 'application' };
    expect(dialectsFor(three).toSorted()).toEqual(audits.toSorted());
    expect(dialectsFor({ category: 'application' }).toSorted()).toEqual(audits.toSorted());
  });

  it('is for no event where any key differs', () => {
    expect(dialectsFor({ product: 'kubernetes', service: 'audit', category: 'other' })).toEqual([]);
    expect(dialectsFor({ product: 'windows' })).toEqual([]);
    expect(isFor({ product: 'aws', service: 'cloudtrail' }, 'eks-audit')).toBe(false);
    expect(isFor({ product: 'aws', service: 'cloudtrail' }, 'cloudtrail')).toBe(true);
    expect(isFor({ product: 'azure', service: 'activitylogs' }, 'azure-activity')).toBe(true);
    expect(isFor({ product: 'gcp', service: 'gcp.audit' }, 'gke-admin')).toBe(true);
  });

  it('is for every event where it states nothing', () => {
    expect(dialectsFor({})).toHaveLength(dialects.length);
  });

  it('contains another where all that it states is the same there', () => {
    expect(contains({}, { product: 'a' })).toBe(true);
    expect(contains({ product: 'a' }, { product: 'a', service: 'b' })).toBe(true);
    expect(contains({ product: 'a', service: 'b' }, { product: 'a' })).toBe(false);
    expect(contains({ product: 'a' }, { product: 'b' })).toBe(false);
  });
});

describe('another name of a field', () => {
  it('is that of the product, and of Kubernetes where none is stated', () => {
    expect(aliasOf({ product: 'kubernetes' }, 'apiGroup')).toBe('objectRef.apiGroup');
    expect(aliasOf({}, 'hostPath')).toBe('workload.hostPaths');
    expect(aliasOf({ product: 'aws' }, 'apiGroup')).toBe('apiGroup');
    expect(aliasOf({ product: 'gcp' }, 'gcp.audit.method_name')).toBe('protoPayload.methodName');
  });

  it('is never taken from what every object inherits', () => {
    for (const product of ['constructor', '__proto__', 'tostring', 'kubernetes']) {
      for (const field of ['name', 'length', 'constructor', '__proto__', 'prototype'])
        expect(aliasOf({ product }, field)).toBe(field);
    }
  });

  it('is read as the field itself', () => {
    const event = {
      verb: 'create',
      objectRef: { resource: 'pods', apiGroup: 'apps' },
      requestObject: {
        spec: {
          containers: [{ securityContext: { capabilities: { add: ['NET_RAW'] } } }],
          volumes: [{ hostPath: { path: '/etc/' } }],
        },
      },
    };
    expect(holds('apiGroup: apps', event)).toBe(true);
    expect(holds("hostPath: '*'", event)).toBe(true);
    expect(holds('hostPath: /etc', event)).toBe(true);
    expect(holds("capabilities: '*'", event)).toBe(true);
    expect(holds('capabilities: net_raw', event)).toBe(true);
    expect(holds("capabilities: '*'", { verb: 'create' })).toBe(false);
  });
});

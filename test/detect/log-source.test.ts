/** Which events a rule is for, and other names for their fields. */
import { describe, expect, it } from 'vitest';
import { decode } from '../../shared/decode/decode.ts';
import { createDetector } from '../../shared/detect/detect.ts';
import { aliasOf, contains, dialectsFor, isFor } from '../../shared/detect/log-source.ts';
import { isEvent, normalise } from '../../shared/normalise/normalise.ts';
import { dialects } from '../../shared/schema/raw-record.ts';
import { holds, loadedDetection } from './sigma/loading.ts';

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

  it("is for a web server's log, for Events and for flows under the words that name them", () => {
    expect(dialectsFor({ category: 'webserver' })).toEqual(['ingress-nginx']);
    expect(dialectsFor({ category: 'webserver', product: 'apache' })).toEqual([]);
    expect(dialectsFor({ product: 'kubernetes', service: 'event' })).toEqual(['kubernetes-event']);
    expect(dialectsFor({ product: 'cilium', service: 'hubble' })).toEqual(['hubble']);
    expect(dialectsFor({ product: 'kubernetes', service: 'audit' })).not.toContain('kubernetes-event');
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

  it("is Sigma's own for a web server's log, whatever the product", () => {
    for (const source of [{ category: 'webserver' }, { category: 'webserver', product: 'nginx' }]) {
      expect(aliasOf(source, 'cs-method')).toBe('request_method');
      expect(aliasOf(source, 'objectRef.name')).toBe('objectRef.name');
    }
    expect(aliasOf({ product: 'kubernetes' }, 'cs-method')).toBe('cs-method');
    expect(aliasOf({ category: 'network' }, 'dst_ip')).toBe('IP.destination');
  });

  it('is never taken from what every object inherits', () => {
    for (const product of ['constructor', '__proto__', 'tostring', 'kubernetes']) {
      for (const field of ['name', 'length', 'constructor', '__proto__', 'prototype']) {
        expect(aliasOf({ product }, field)).toBe(field);
        expect(aliasOf({ category: product }, field)).toBe(field);
      }
    }
  });

  it('is read from the access line', () => {
    const line =
      '192.0.2.7 - dana [04/Mar/2026:05:06:07 +0000] "POST /cgi-bin/x?cmd=id HTTP/1.1" 403 5 "https://example.com/" "curl/8.5.0"';
    const [event] = decode(line).records.map(normalise).filter(isEvent);
    const finds = (detection: string): boolean => {
      const { rules } = loadedDetection(`a: { ${detection} }\ncondition: a`, {
        logsource: '{ category: webserver }',
      });
      return event !== undefined && createDetector(rules).findingsFor(event).length === 1;
    };
    for (const detection of [
      'c-ip: 192.0.2.7',
      'c-ip|cidr: 192.0.2.0/24',
      'cs-username: dana',
      'cs-method: POST',
      'cs-uri-stem: /cgi-bin/x',
      'cs-uri-query: cmd=id',
      'cs-uri-query|contains: /cgi-bin/',
      'cs-user-agent|startswith: curl/',
      'cs-referer|endswith: example.com/',
      'sc-status: 403',
      'sc-status|gte: 400',
      'sc-bytes: 5',
    ])
      expect(finds(detection), detection).toBe(true);
    expect(finds('cs-uri-stem: /cgi-bin/x?cmd=id')).toBe(false);
    expect(finds('sc-status: 200')).toBe(false);
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

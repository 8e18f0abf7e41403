/** The parts of a URI, and what its escapes stand for. */
import { describe, expect, it } from 'vitest';
import { canAskOverHttp, httpViewOf } from '../../../shared/detect/views/http.ts';
import type { AuditEvent } from '../../../shared/schema/audit-event.ts';
import { auditEvent, nativeEvent } from '../events.ts';

const asking = (uri: string | undefined): AuditEvent => ({
  ...nativeEvent({}, 'ingress-nginx'),
  action: { verb: 'GET', uri },
});

describe('the http view', () => {
  it('holds path and query, and both where a rule looks in either', () => {
    expect(httpViewOf(asking('/a/b?c=d?e'))).toEqual({
      path: '/a/b',
      query: 'c=d?e',
      queries: ['c=d?e', '/a/b?c=d?e'],
      plain: '/a/b?c=d?e',
    });
    expect(httpViewOf(asking('/a'))).toEqual({ path: '/a', query: undefined, queries: ['/a'], plain: '/a' });
  });

  it('undoes escapes twice, and leaves those that are broken', () => {
    expect(httpViewOf(asking('/%2e%252E%2f'))?.plain).toBe('/../');
    expect(httpViewOf(asking('/%25252e'))?.plain).toBe('/%2e');
    expect(httpViewOf(asking('/%zz%e2%28%2e%'))?.plain).toBe('/%zz%e2(.%');
  });

  it('is not made of an audit event, nor without a URI', () => {
    const audit = auditEvent({ verb: 'get', requestURI: '/api/v1/pods?limit=1' });
    expect(canAskOverHttp(audit)).toBe(false);
    expect(httpViewOf(audit)).toBeUndefined();
    expect(httpViewOf(asking(undefined))).toBeUndefined();
  });
});

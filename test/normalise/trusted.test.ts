/** The types that the schema gives the fields of an audit event, held against what is passed on of them. */
import { describe, expect, it } from 'vitest';
import { trusted } from '../../shared/normalise/trusted.ts';
import { KubernetesAuditEvent } from '../../shared/schema/kubernetes-audit.ts';

const fields = Object.entries(KubernetesAuditEvent.properties) as readonly (readonly [
  string,
  { readonly type?: string },
])[];
const texts = fields.filter(([, { type }]) => type === 'string').map(([name]) => name);
const others = fields.filter(([, { type }]) => type === 'object' || type === 'array').map(([name]) => name);

describe('an audit event whose fields are of the types that the schema gives them', () => {
  it('is passed on as it is', () => {
    const event = {
      auditID: 'a',
      user: { username: 'dana', groups: ['developers'] },
      sourceIPs: ['192.0.2.1'],
    };
    expect(trusted(event)).toBe(event);
  });
});

describe('a field of another type', () => {
  it.each(texts)('is left out where a text should be: %s', (name) => {
    for (const value of [5, null, ['a'], { a: 'b' }, true]) {
      const kept = Object.entries(trusted({ [name]: value, spare: 1 }));
      expect(kept.filter(([, member]) => member !== undefined)).toEqual([['spare', 1]]);
    }
  });

  it.each(others)('is left out where an object or a list should be: %s', (name) => {
    const kept = Object.entries(trusted({ [name]: 'a text', spare: 1 }));
    expect(kept.filter(([, member]) => member !== undefined)).toEqual([['spare', 1]]);
  });
});

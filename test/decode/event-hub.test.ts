/** Event Hub messages in every shape that triggers, exports and forwarders have been seen to give them. */
import { describe, expect, it } from 'vitest';
import { audit, briefOf } from './decoded.ts';

const record = (name: string, category = 'kube-audit') => ({
  time: '2026-03-04T05:06:07.1234567Z',
  resourceId: '/SUBSCRIPTIONS/S/RESOURCEGROUPS/R/PROVIDERS/MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/SHOP',
  operationName: 'Microsoft.ContainerService/managedClusters/diagnosticLogs/Read',
  category,
  properties: { log: `${JSON.stringify(audit(name))}\n`, stream: 'stdout', pod: 'kube-apiserver-1' },
});
const batch = (...names: readonly string[]) => ({ records: names.map((name) => record(name)) });
const text = (...names: readonly string[]) => JSON.stringify(batch(...names));
const both = ['aks-audit a', 'aks-audit b'];
const broken = (at: 0 | 1 | 2, part: string) => {
  const parts = ['a', 'b'].map((name) => JSON.stringify(record(name)));
  parts.splice(at, 0, part);
  return `{"records": [${parts.join(', ')}]}`;
};
const singleQuoted = `{"category":"Administrative","correlationId":"c","operationName":"X","resourceId":"/s","properties":{'appName':'shop','list':[{'a':'b'},{'c':'d'}]}}`;

describe('an Event Hub delivery', () => {
  it.each<[string, unknown]>([
    ['an object with records', batch('a', 'b')],
    ['text', text('a', 'b')],
    ['text that begins with a byte order mark', `\ufeff${text('a', 'b')}`],
    ['text that ends with a line break', `${text('a', 'b')}\r\n`],
    ['bytes', Buffer.from(text('a', 'b'))],
    ['bytes that begin with a byte order mark', Buffer.from(`\ufeff${text('a', 'b')}`)],
    ['a list of bytes', [Buffer.from(text('a')), Buffer.from(text('b'))]],
    ['a list of texts', [text('a'), text('b')]],
    ['a text that holds a list of texts', JSON.stringify([text('a'), text('b')])],
    ['a pretty-printed list of texts', JSON.stringify([text('a'), text('b')], undefined, 2)],
    ['a list of objects with records', [batch('a'), batch('b')]],
    ['a list of records', [record('a'), record('b')]],
    ['a text that holds a list of records', JSON.stringify([record('a'), record('b')])],
    ['one record after the other', `${JSON.stringify(record('a'))}\n${JSON.stringify(record('b'))}\n`],
    ['lists in a list', [[batch('a')], [[record('b')]]]],
    ['a mixture', [Buffer.from(text('a')), record('b')]],
    ['another mixture', [text('a'), [record('b')]]],
    ['records that are texts', { records: [JSON.stringify(record('a')), JSON.stringify(record('b'))] }],
    ['a pretty-printed object', JSON.stringify(batch('a', 'b'), undefined, 4)],
    ['records wrapped by a relay', [{ _raw: JSON.stringify(record('a')) }, { data: record('b') }]],
  ])('is read as %s', (_, delivery) => {
    expect(briefOf(delivery)).toEqual(both);
  });

  it.each([
    ['kube-audit', 'aks-audit'],
    ['KUBE-AUDIT', 'aks-audit'],
    ['kube-audit-admin', 'aks-audit-admin'],
    ['Kube-Audit-Admin', 'aks-audit-admin'],
    ['guard', 'aks-guard'],
    ['kube-apiserver', 'aks-component'],
    ['kube-controller-manager', 'aks-component'],
    ['cluster-autoscaler', 'aks-component'],
    ['csi-azuredisk-controller', 'aks-component'],
    ['a-category-of-tomorrow', 'aks-component'],
  ])('tells category %s as %s', (category, dialect) => {
    expect(briefOf({ records: [record('a', category)] })).toEqual([`${dialect} a`]);
  });

  it.each(['Administrative', 'Security', 'Write', 'ACTION', 'Delete'])(
    'tells category %s as Azure Activity',
    (category) => {
      expect(
        briefOf({ records: [{ category, resourceId: '/s', operationName: 'X', correlationId: 'c' }] }),
      ).toEqual(['azure-activity c']);
    },
  );

  it.each([0, 1, 2] as const)('keeps the records around a broken one at place %i', (at) => {
    expect(briefOf(broken(at, '{"category": oops}'))).toEqual([...both, 'rejected not-json']);
    expect(briefOf([Buffer.from(broken(at, '{"category": oops}'))])).toEqual([...both, 'rejected not-json']);
  });

  it.each([0, 1, 2] as const)('mends single quotes in the record at place %i', (at) => {
    expect([...briefOf(broken(at, singleQuoted))].sort()).toEqual([...both, 'azure-activity c'].sort());
  });

  it('keeps the records around one that never ends', () => {
    const found = briefOf(broken(1, '{"category":"kube-audit","properties":{"log":1'));
    expect(found).toContain('aks-audit a');
    expect(found.some((line) => line.startsWith('rejected'))).toBe(true);
  });

  it('does not tear a broken record at a list inside it', () => {
    const part = `{"category":'x',"list":[{"a":1},{"b":2},{"c":3}]}`;
    expect(briefOf(broken(1, part)).filter((line) => line.startsWith('rejected'))).toHaveLength(1);
  });

  it.each<[string, unknown, readonly string[]]>([
    ['words', 'plain words', ['rejected unrecognised']],
    ['an empty text', '', ['dropped 1 blank']],
    ['an empty batch', { records: [] }, []],
    [
      'other types among records',
      { records: [7, null, record('a')] },
      ['aks-audit a', 'rejected not-an-object', 'rejected not-an-object'],
    ],
    ['records of unknown form', { records: [{ a: 1 }] }, ['rejected unrecognised']],
  ])('counts %s', (_, delivery, expected) => {
    expect(briefOf(delivery)).toEqual(expected);
  });
});

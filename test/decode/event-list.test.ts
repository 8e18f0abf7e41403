/** Bodies of the API server's webhook, audit log files, and Kubernetes lists. */
import { describe, expect, it } from 'vitest';
import { decode } from '../../shared/decode/decode.ts';
import { audit, briefOf } from './decoded.ts';

const list = (apiVersion: string, items: unknown) => ({ kind: 'EventList', apiVersion, metadata: {}, items });
const { kind: _kind, apiVersion: _apiVersion, ...bare } = audit('b');

describe('a list of audit events', () => {
  it.each(['audit.k8s.io/v1', 'audit.k8s.io/v1beta1'])(
    'of %s gives its items, with and without a kind',
    (version) => {
      const delivery = list(version, [audit('a'), bare]);
      const expected = ['kubernetes-audit a', 'kubernetes-audit b'];
      expect(briefOf(delivery)).toEqual(expected);
      expect(briefOf(JSON.stringify(delivery))).toEqual(expected);
      expect(briefOf(JSON.stringify(delivery, undefined, 2))).toEqual(expected);
    },
  );

  it('takes items for audit events whatever they hold', () => {
    expect(briefOf(list('audit.k8s.io/v1', [{ level: 'Metadata', kind: 0 }, 7]))).toEqual([
      'kubernetes-audit undefined',
      'rejected not-an-object',
    ]);
  });

  it('may be empty', () => {
    expect(briefOf(list('audit.k8s.io/v1', []))).toEqual([]);
  });

  it('is rejected where its items are no list', () => {
    expect(briefOf(list('audit.k8s.io/v1', 'oops'))).toEqual(['rejected unrecognised']);
  });

  it('gives each item its place', () => {
    const location = { path: 'body.json', line: 1 };
    const { records, isBatch } = decode(list('audit.k8s.io/v1', [audit('a'), bare]), { location });
    expect(isBatch).toBe(true);
    expect(records.map((record) => record.location)).toEqual([
      { ...location, index: 0 },
      { ...location, index: 1 },
    ]);
  });
});

describe('a Kubernetes list file', () => {
  it('gives its items', () => {
    expect(briefOf({ kind: 'List', apiVersion: 'v1', items: [audit('a'), { kind: 'Pod' }] })).toEqual([
      'kubernetes-audit a',
      'rejected unrecognised',
    ]);
  });
});

describe('an audit log file', () => {
  const line = (name: string) => JSON.stringify(audit(name));
  const cut = line('cut').slice(0, 70);

  it('gives a record a line', () => {
    expect(briefOf(`${line('a')}\n${line('b')}\r\n\n${line('c')}`)).toEqual([
      'kubernetes-audit a',
      'kubernetes-audit b',
      'kubernetes-audit c',
    ]);
  });

  it.each([
    ['in the middle', `${line('a')}\n${cut}\n${line('b')}\n`],
    ['at the end', `${line('a')}\n${line('b')}\n${cut}`],
    ['at the beginning', `${cut}\n${line('a')}\n${line('b')}\n`],
  ])('keeps a line cut %s for salvage, and all others', (_, text) => {
    expect([...briefOf(text)].sort()).toEqual(
      [`kubernetes-audit ${cut}`, 'kubernetes-audit a', 'kubernetes-audit b'].sort(),
    );
  });

  it('rejects a line whose beginning is cut off, and keeps all others', () => {
    expect(briefOf(`${line('x').slice(30)}\n${line('a')}\n`)).toEqual([
      'kubernetes-audit a',
      'rejected unrecognised',
    ]);
  });

  it('knows an event by its content where kind and version are missing or wrong', () => {
    expect(
      briefOf([bare, { ...bare, kind: 0 }, { verb: 'get', requestURI: '/api' }, { verb: 'get', user: {} }]),
    ).toHaveLength(4);
    expect(briefOf([{ verb: 'get' }, { kind: 0 }])).toEqual([
      'rejected unrecognised',
      'rejected unrecognised',
    ]);
  });
});

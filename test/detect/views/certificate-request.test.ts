/** Whom a certificate would name, read from a request that its sender wrote byte by byte. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { certificateRequestOf } from '../../../shared/detect/views/certificate-request.ts';
import { writeEvent } from '../events.ts';

const element = (tag: number, ...content: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(content);
  const { length } = body;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), body]);
  const bytes =
    length < 0x100
      ? [0x81, length]
      : length < 0x10000
        ? [0x82, length >> 8, length & 255]
        : [0x83, length >> 16, (length >> 8) & 255, length & 255];
  return Buffer.concat([Buffer.from([tag, ...bytes]), body]);
};
const [sequence, set, utf8, printable, bmp] = [0x30, 0x31, 0x0c, 0x13, 0x1e];
const [commonName, organization, country] = ['550403', '55040a', '550406'];

const attribute = (type: string, text: string | Buffer, tag = utf8): Buffer =>
  element(sequence, element(0x06, Buffer.from(type, 'hex')), element(tag, Buffer.from(text as string)));

/** A PKCS #10 request as far as its subject; a key and a signature follow that nobody here reads. */
const request = (...names: readonly Buffer[]): Buffer => {
  const info = element(
    sequence,
    element(0x02, Buffer.from([0])),
    element(sequence, ...names),
    element(sequence, element(0x03, Buffer.alloc(80, 1))),
  );
  return element(sequence, info, element(sequence), element(0x03, Buffer.alloc(64, 2)));
};
const named = (...attributes: readonly Buffer[]): Buffer =>
  request(...attributes.map((each) => element(set, each)));

const pem = (der: Buffer, type = 'CERTIFICATE REQUEST', headers = ''): string => {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${type}-----\n${headers}${lines.join('\n')}\n-----END ${type}-----\n`;
};
const view = (text: string) =>
  certificateRequestOf(
    writeEvent('certificatesigningrequests', {
      spec: {
        request: btoa(text),
        signerName: 'kubernetes.io/kube-apiserver-client',
        usages: ['client auth'],
      },
    }),
  );
const nobody = { commonName: undefined, organizations: [] };

describe('a certificate request', () => {
  it('names its subject, signer and usages', () => {
    const der = named(
      attribute(country, 'XX', printable),
      attribute(organization, 'system:masters'),
      attribute(commonName, 'bob'),
      attribute(organization, 'dévs'),
    );
    expect(view(pem(der))).toEqual({
      commonName: 'bob',
      organizations: ['system:masters', 'dévs'],
      signerName: 'kubernetes.io/kube-apiserver-client',
      usages: ['client auth'],
    });
  });

  it('is read from the answer where the request holds none', () => {
    const event = writeEvent('certificatesigningrequests', undefined, {
      responseObject: { spec: { request: btoa(pem(named(attribute(commonName, 'bob')))) } },
    });
    expect(certificateRequestOf(event)?.commonName).toBe('bob');
    expect(certificateRequestOf(writeEvent('pods', { spec: {} }))).toBeUndefined();
    expect(certificateRequestOf(writeEvent('certificatesigningrequests', {}))).toBeUndefined();
  });

  it('counts the last of several common names, as Go does', () => {
    expect(
      view(pem(named(attribute(commonName, 'alice'), attribute(commonName, 'system:admin')))),
    ).toMatchObject({
      commonName: 'system:admin',
    });
  });

  it('may hold several attributes in one set', () => {
    const der = request(element(set, attribute(commonName, 'bob'), attribute(organization, 'a')));
    expect(view(pem(der))).toMatchObject({ commonName: 'bob', organizations: ['a'] });
  });

  it('may be long', () => {
    const organizations = Array.from({ length: 2000 }, (_, at) => `o${at}`);
    const der = named(...organizations.map((name) => attribute(organization, name)));
    expect(view(pem(der))?.organizations).toEqual(organizations);
  });

  it('may write its names in two bytes a character', () => {
    const wide = Buffer.from('system:masters', 'utf16le').swap16();
    expect(view(pem(named(attribute(organization, wide, bmp))))?.organizations).toEqual(['system:masters']);
    expect(view(pem(named(attribute(organization, wide.subarray(1), bmp))))?.organizations).toHaveLength(1);
  });

  it('is found behind headers, other text and other requests', () => {
    const masters = named(attribute(organization, 'system:masters'));
    const innocent = named(attribute(organization, 'innocent'));
    expect(view(pem(masters, undefined, 'Proc-Type: 4,A-B\nX: y\n\n'))?.organizations).toEqual([
      'system:masters',
    ]);
    expect(view(`text\n${'x'.repeat(70_000)}\n${pem(masters)}`)?.organizations).toEqual(['system:masters']);
    const broken = pem(innocent).replace('-----END CERTIFICATE', '-----END OTHER');
    expect(view(broken + pem(masters))?.organizations).toEqual(['innocent', 'system:masters']);
    expect(view(pem(innocent).replaceAll('\n', '\r\n'))?.organizations).toEqual(['innocent']);
  });

  it('names nobody where it is none', () => {
    for (const text of [
      '',
      'x',
      pem(Buffer.alloc(0)),
      pem(Buffer.from([0x30])),
      pem(Buffer.from([0x30, 0x84, 0, 0, 0, 1])),
      '-----BEGIN CERTIFICATE REQUEST-----',
      pem(named(attribute(commonName, 'a')), 'CERTIFICATE'),
    ])
      expect(view(text)).toMatchObject(nobody);
    for (const odd of [null, 5, [], {}, '!!!']) {
      const event = writeEvent('certificatesigningrequests', { spec: { request: odd, usages: odd } });
      expect(certificateRequestOf(event)).toMatchObject(nobody);
    }
  });

  it('never throws, whatever the bytes', () => {
    const good = named(attribute(organization, 'system:masters'), attribute(commonName, 'bob'));
    fc.assert(
      fc.property(
        fc.nat({ max: good.length - 1 }),
        fc.nat({ max: 255 }),
        fc.nat({ max: good.length }),
        (at, byte, length) => {
          const der = Buffer.from(good);
          der[at] = byte;
          expect(view(pem(der.subarray(0, length)))).toBeDefined();
        },
      ),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(view(pem(Buffer.from(bytes)))).toBeDefined();
        expect(view(Buffer.from(bytes).toString('latin1'))).toBeDefined();
      }),
      { numRuns: 1000 },
    );
  });
});

/** An event that asks for a certificate in; whom the certificate would name out. */
import type { AuditEvent } from '../../schema/audit-event.ts';
import { type JsonObject, objectOf, textOf, textsOf } from '../../schema/json.ts';
import { requestBodyOf, responseBodyOf } from './request-body.ts';

export const canAskForCertificate = (event: AuditEvent): boolean =>
  event.target.resource === 'certificatesigningrequests';

/** `certificateRequest`: commonName and organizations of the PKCS #10 request, signerName, usages. */
export const certificateRequestOf = (event: AuditEvent): JsonObject | undefined => {
  if (!canAskForCertificate(event)) return undefined;
  const spec = objectOf(requestBodyOf(event)?.spec) ?? objectOf(responseBodyOf(event)?.spec);
  if (!spec) return undefined;
  const names = subjectOf(textOf(spec.request) ?? '');
  return {
    commonName: names.commonName,
    organizations: names.organizations,
    signerName: spec.signerName,
    usages: textsOf(spec.usages),
  };
};

interface Subject {
  readonly commonName?: string | undefined;
  readonly organizations: readonly string[];
}

const noSubject: Subject = { organizations: [] };

/** The API carries the PEM text in base64; the PEM text carries the DER in base64 again. */
const subjectOf = (request: string): Subject => {
  if (request.length > 65_536) return noSubject;
  const pem = Buffer.from(request, 'base64').toString('latin1');
  const body = /-----BEGIN [A-Z ]*CERTIFICATE REQUEST-----([^-]+)-----END/.exec(pem)?.[1];
  return body === undefined ? noSubject : subjectOfDer(Buffer.from(body, 'base64'));
};

/** Attribute types of X.520, as DER: 2.5.4.3 and 2.5.4.10. */
const commonNameType = '550403';
const organizationType = '55040a';

/** RFC 2986: CertificationRequest { CertificationRequestInfo { version, subject, ... }, ... }. */
const subjectOfDer = (der: Buffer): Subject => {
  const [request] = elementsOf(der);
  const [info] = request ? elementsOf(request.content) : [];
  const [, subject] = info ? elementsOf(info.content) : [];
  if (!subject) return noSubject;
  const attributes = elementsOf(subject.content)
    .flatMap((set) => elementsOf(set.content))
    .map((sequence) => {
      const [type, value] = elementsOf(sequence.content);
      return { type: type?.content.toString('hex'), value: value?.content.toString('utf8') ?? '' };
    });
  return {
    commonName: attributes.find(({ type }) => type === commonNameType)?.value,
    organizations: attributes.filter(({ type }) => type === organizationType).map(({ value }) => value),
  };
};

interface Element {
  readonly tag: number;
  readonly content: Buffer;
}

/** The elements that stand one after the other in DER; what does not fit its bounds ends the list. */
const elementsOf = (der: Buffer): readonly Element[] => {
  const elements: Element[] = [];
  let at = 0;
  while (at + 2 <= der.length && elements.length < 256) {
    const tag = der[at] ?? 0;
    const short = der[at + 1] ?? 0;
    const lengthBytes = short < 0x80 ? 0 : short & 0x7f;
    if (lengthBytes > 3 || at + 2 + lengthBytes > der.length) break;
    const length = lengthBytes === 0 ? short : der.readUIntBE(at + 2, lengthBytes);
    const start = at + 2 + lengthBytes;
    if (start + length > der.length) break;
    elements.push({ tag, content: der.subarray(start, start + length) });
    at = start + length;
  }
  return elements;
};

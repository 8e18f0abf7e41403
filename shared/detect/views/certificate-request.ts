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
  const subjects = subjectsOf(textOf(spec.request) ?? '');
  const [commonName, ...more] = subjects.flatMap((subject) => subject.commonName ?? []);
  return {
    commonName: commonName !== undefined && more.length > 0 ? [commonName, ...more] : commonName,
    organizations: subjects.flatMap((subject) => subject.organizations),
    signerName: spec.signerName,
    usages: textsOf(spec.usages),
  };
};

interface Subject {
  readonly commonName?: string | undefined;
  readonly organizations: readonly string[];
}

/** An object of the API is no larger. */
const maxLength = 2 * 1024 * 1024;

/**
 * The API carries the PEM text in base64; the PEM text carries the DER in base64 again. Which of several requests an API
 * server reads depends on which of them it takes for malformed, so all of them count.
 */
const subjectsOf = (request: string): readonly Subject[] => {
  if (request.length > maxLength) return [];
  const [, ...blocks] = Buffer.from(request, 'base64')
    .toString('latin1')
    .split('-----BEGIN CERTIFICATE REQUEST-----');
  return blocks.map((block) => subjectOfDer(Buffer.from(bodyOf(block), 'base64')));
};

/** What stands before the end of a PEM block, without the headers that may come first. */
const bodyOf = (block: string): string => {
  const lines = (block.split('-----END', 1)[0] ?? '').trimStart().split('\n');
  const first = lines.findIndex((line) => !line.includes(':'));
  return first < 0 ? '' : lines.slice(first).join('\n');
};

/** Attribute types of X.520, as DER: 2.5.4.3 and 2.5.4.10. */
const commonNameType = '550403';
const organizationType = '55040a';

/** RFC 2986: CertificationRequest { CertificationRequestInfo { version, subject, ... }, ... }. */
const subjectOfDer = (der: Buffer): Subject => {
  const [request] = elementsOf(der);
  const [info] = request ? elementsOf(request.content) : [];
  const [, subject] = info ? elementsOf(info.content) : [];
  if (!subject) return { organizations: [] };
  const attributes = elementsOf(subject.content)
    .flatMap((set) => elementsOf(set.content))
    .map((sequence) => {
      const [type, value] = elementsOf(sequence.content);
      return { type: type?.content.toString('hex'), value: value ? textOfElement(value) : '' };
    });
  return {
    // Go, and so the API server, lets the last one count.
    commonName: attributes.findLast(({ type }) => type === commonNameType)?.value,
    organizations: attributes.filter(({ type }) => type === organizationType).map(({ value }) => value),
  };
};

/** A BMPString has two bytes a character; all other strings read as UTF-8. */
const bmpString = 0x1e;

const textOfElement = ({ tag, content }: Element): string =>
  tag === bmpString && content.length % 2 === 0
    ? Buffer.from(content).swap16().toString('utf16le')
    : content.toString('utf8');

interface Element {
  readonly tag: number;
  readonly content: Buffer;
}

/** Far more than the attributes of a name. */
const maxElements = 100_000;

/** The elements that stand one after the other in DER; what does not fit its bounds ends the list. */
const elementsOf = (der: Buffer): readonly Element[] => {
  const elements: Element[] = [];
  let at = 0;
  while (at + 2 <= der.length && elements.length < maxElements) {
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

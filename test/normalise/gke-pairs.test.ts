/** Entries of GKE beside what an older converter made of them: field by field the same, but for what we know better. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { decode } from '../../shared/decode/decode.ts';
import { isEvent, normalise } from '../../shared/normalise/normalise.ts';
import { epochOf } from '../../shared/normalise/time.ts';
import type { KubernetesAuditEvent } from '../../shared/schema/kubernetes-audit.ts';
import { sayLeftOut, sharedFolder } from '../shared-data.ts';

type Audit = Readonly<Record<string, unknown>>;

interface Pair {
  readonly name: string;
  readonly log_entry: unknown;
  readonly converted_event: Audit;
}

/** Fields that are equal as they stand, in every pair. */
const equalFields = ['kind', 'auditID', 'verb', 'user', 'sourceIPs', 'userAgent', 'annotations'];

/** Where we knowingly say otherwise, as [theirs, ours]. */
const differences: Readonly<Record<string, Readonly<Record<string, readonly [unknown, unknown]>>>> = {
  attach_pod: {
    // There is no body on either side.
    level: ['Request', 'Metadata'],
    // The entry says `last`: it was written at the end of the call.
    stage: ['ResponseStarted', 'ResponseComplete'],
    // Code 2 (UNKNOWN) does not say that the upgrade went through.
    code: [101, undefined],
  },
  delete_configmap: { level: ['RequestResponse', 'Metadata'] },
};

const auditOf = (entry: unknown): KubernetesAuditEvent => {
  const [event] = decode(entry).records.map(normalise).filter(isEvent);
  return JSON.parse(JSON.stringify(event?.audit));
};

const part = (value: unknown, key: string): unknown => (value as Audit | undefined)?.[key];

/** Bodies carry the name of their protobuf type, which no API server writes. */
const withoutType = (body: unknown): unknown => {
  if (typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(Object.entries(body).filter(([key]) => key !== '@type'));
};

/** The core group is the empty one, and is left out. */
const withoutCore = (ref: unknown): unknown =>
  Object.fromEntries(
    Object.entries(ref as Audit).filter(([key, value]) => key !== 'apiGroup' || value !== 'core'),
  );

/** They give the resource's name for its URI, in which the object's name follows the subresource once more. */
const uriOf = (name: unknown): string => {
  const path = String(name).replace(/\/(attach|exec)\/[^/]+$/, '/$1');
  return path.startsWith('core/') ? `/api/${path.slice('core/'.length)}` : `/apis/${path}`;
};

const shared = sharedFolder();
if (shared === undefined) sayLeftOut('GKE entries beside their converted events');
const pairs: readonly Pair[] =
  shared === undefined
    ? []
    : readFileSync(`${shared}/samples/gke-audit/pairs.jsonl`, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));

it('knows which pairs it judges otherwise', () => {
  const names = pairs.length === 0 ? Object.keys(differences) : pairs.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(Object.keys(differences)));
});

for (const { name, log_entry, converted_event: theirs } of pairs) {
  it(`agrees on ${name}`, () => {
    const ours = auditOf(log_entry);
    const differs = differences[name] ?? {};
    const agreed = (field: string, their: unknown, our: unknown): void => {
      expect([field, their, our]).toEqual([field, ...(differs[field] ?? [their, their])]);
    };
    for (const field of equalFields) expect([field, ours[field]]).toEqual([field, theirs[field]]);
    // They name the version that was usual when they were written; the fields are the same.
    expect([theirs['apiVersion'], ours.apiVersion]).toEqual(['audit.k8s.io/v1beta1', 'audit.k8s.io/v1']);
    agreed('level', theirs['level'], ours.level);
    agreed('stage', theirs['stage'], ours.stage);
    agreed('code', part(theirs['responseStatus'], 'code'), ours.responseStatus?.code);
    expect(ours.objectRef).toEqual(withoutCore(theirs['objectRef']));
    expect(ours.requestURI).toBe(uriOf(theirs['requestURI']));
    expect(ours.requestObject).toEqual(withoutType(theirs['requestObject']));
    expect(ours.responseObject).toEqual(withoutType(theirs['responseObject']));
    // They fill the fraction up to six digits; we keep what was written.
    for (const field of ['requestReceivedTimestamp', 'stageTimestamp'] as const)
      expect(epochOf(ours[field])).toBe(epochOf(String(theirs[field])));
    // Words that the entry does not hold are not made up.
    const said = part(theirs['responseStatus'], 'message');
    if (!String(said).endsWith('(inferred)')) expect(ours.responseStatus?.message).toBe(said);
  });
}

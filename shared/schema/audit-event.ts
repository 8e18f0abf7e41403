/** The one schema: whatever a cloud wrote, rules, archive and alerts see this shape. */
import { type Static, Type } from '@sinclair/typebox';
import type { JsonObject } from './json.ts';
import { KubernetesAuditEvent } from './kubernetes-audit.ts';
import { cloudNames, dialects } from './raw-record.ts';
import { maybe, oneOf, textList } from './type.ts';

const Text = Type.Readonly(Type.String());
const Texts = textList();

export const eventKinds = [
  'audit',
  'authentication',
  'cloud-api',
  'component',
  'process',
  'network',
  'http',
  'kubernetes-event',
] as const;

export const AuditEvent = Type.Object(
  {
    id: Type.Readonly(Type.String({ description: 'Deterministic: a redelivered record has the same id' })),
    time: maybe(
      Type.Number({ description: 'When it happened, epoch milliseconds; absent if the record has no time' }),
    ),
    timeText: maybe(Type.String({ description: 'The same time as written' })),
    kind: Type.Readonly(oneOf(eventKinds)),
    origin: Type.Readonly(
      Type.Object({
        cloud: maybe(oneOf(cloudNames)),
        account: maybe(Type.String({ description: 'AWS account, Azure subscription, Google Cloud project' })),
        region: maybe(Type.String()),
        cluster: maybe(Type.String({ description: 'The name people use' })),
        clusterId: maybe(Type.String({ description: 'ARN, resource id or full resource name, where known' })),
        dialect: Type.Readonly(oneOf(dialects, { description: 'Who wrote the record' })),
        stream: maybe(Type.String({ description: 'Log stream, category or log name' })),
        deliveryId: maybe(Type.String()),
        location: maybe(
          Type.Object({
            path: Text,
            line: Type.Readonly(Type.Number({ description: 'From 1' })),
            index: maybe(Type.Number({ description: 'Place inside a batch, from 0' })),
          }),
        ),
        truncated: maybe(
          Type.Boolean({ description: 'The record was cut on its way; this is the readable part' }),
        ),
        inferred: maybe(
          textList({
            description: 'Fields of `audit` that the record implies but does not state',
          }),
        ),
      }),
    ),
    actor: Type.Readonly(
      Type.Object({
        name: maybe(Type.String({ description: 'The authenticated caller' })),
        type: Type.Readonly(
          oneOf(['user', 'service-account', 'node', 'system', 'anonymous', 'unknown'] as const),
        ),
        uid: maybe(Type.String()),
        groups: maybe(Texts),
        cloudIdentity: maybe(Type.String({ description: 'ARN, UPN or e-mail address behind the name' })),
        credentialId: maybe(Type.String({ description: 'Access key id or token id' })),
        impersonates: maybe(
          Type.Object({ name: maybe(Type.String()), uid: maybe(Type.String()), groups: maybe(Texts) }),
        ),
      }),
    ),
    client: Type.Readonly(
      Type.Object({
        ips: textList({ description: 'All but the last can be forged by the client' }),
        userAgent: maybe(Type.String()),
      }),
    ),
    action: Type.Readonly(
      Type.Object({
        verb: maybe(Type.String({ description: "A Kubernetes verb, or the cloud API's own operation name" })),
        uri: maybe(Type.String()),
        command: maybe(textList({ description: 'The command line of an exec or a process' })),
      }),
    ),
    target: Type.Readonly(
      Type.Object({
        group: maybe(Type.String()),
        version: maybe(Type.String()),
        resource: maybe(Type.String()),
        subresource: maybe(Type.String()),
        namespace: maybe(Type.String()),
        name: maybe(Type.String()),
      }),
    ),
    outcome: Type.Readonly(
      Type.Object({
        result: Type.Readonly(oneOf(['success', 'failure', 'unknown'] as const)),
        code: maybe(Type.Number({ description: 'HTTP status; for a cloud API only where it gives one' })),
        reason: maybe(Type.String()),
        decision: maybe(Type.String({ description: "The authorizer's word: allow or forbid" })),
        decisionReason: maybe(Type.String()),
      }),
    ),
    audit: maybe(KubernetesAuditEvent),
    native: maybe(
      Type.Unsafe<JsonObject>({
        type: 'object',
        description: "The provider's own record, for kinds other than audit",
      }),
    ),
  },
  {
    $id: 'urn:klaxon:schema:audit-event',
    title: 'AuditEvent',
    additionalProperties: false,
  },
);

export type AuditEvent = Static<typeof AuditEvent>;
export type EventKind = AuditEvent['kind'];
export type Origin = AuditEvent['origin'];
export type Actor = AuditEvent['actor'];
export type Client = AuditEvent['client'];
export type Action = AuditEvent['action'];
export type Target = AuditEvent['target'];
export type Outcome = AuditEvent['outcome'];
export type NativeRecord = JsonObject;

/** The audit.k8s.io/v1 Event as API servers write it; v1beta1 differs only by fields nobody reads. */
import { type Static, Type } from '@sinclair/typebox';
import { maybe, openObject, textList } from './type.ts';

const Texts = textList();

const User = openObject(
  {
    username: maybe(Type.String()),
    uid: maybe(Type.String()),
    groups: maybe(Texts),
    extra: maybe(Type.Record(Type.String(), Texts)),
  },
  { description: 'authentication.k8s.io/v1 UserInfo' },
);

export const KubernetesAuditEvent = openObject(
  {
    kind: maybe(Type.String()),
    apiVersion: maybe(Type.String()),
    level: maybe(Type.String({ description: 'None, Metadata, Request or RequestResponse' })),
    auditID: maybe(Type.String({ description: 'Chosen by the client where it sends an Audit-ID header' })),
    stage: maybe(Type.String({ description: 'RequestReceived, ResponseStarted, ResponseComplete or Panic' })),
    requestURI: maybe(Type.String()),
    verb: maybe(Type.String()),
    user: maybe(User),
    impersonatedUser: maybe(User),
    authenticationMetadata: maybe(openObject({})),
    sourceIPs: maybe(Texts),
    userAgent: maybe(Type.String()),
    objectRef: maybe(
      openObject({
        resource: maybe(Type.String()),
        namespace: maybe(Type.String()),
        name: maybe(Type.String()),
        uid: maybe(Type.String()),
        apiGroup: maybe(Type.String()),
        apiVersion: maybe(Type.String()),
        resourceVersion: maybe(Type.String()),
        subresource: maybe(Type.String()),
      }),
    ),
    responseStatus: maybe(
      openObject({
        status: maybe(Type.String()),
        message: maybe(Type.String()),
        reason: maybe(Type.String()),
        code: maybe(Type.Number()),
      }),
    ),
    requestObject: maybe(Type.Unknown({ description: 'The body; a list of operations for a JSON patch' })),
    responseObject: maybe(Type.Unknown()),
    requestReceivedTimestamp: maybe(Type.String()),
    stageTimestamp: maybe(Type.String()),
    annotations: maybe(Type.Record(Type.String(), Type.String())),
  },
  { description: 'audit.k8s.io/v1 Event: as delivered by EKS and AKS, rebuilt for GKE' },
);

export type KubernetesAuditEvent = Static<typeof KubernetesAuditEvent>;
export type KubernetesUser = Static<typeof User>;

/** One AuditEvent of kind audit in, one OCSF API Activity (6003) out; `from-ocsf.ts` reads it back. */
import type { AuditEvent, Target } from '../audit-event.ts';
import type { KubernetesAuditEvent, KubernetesUser } from '../kubernetes-audit.ts';
import { apiActivityFrame } from './api-activity-frame.ts';
import { actionIdOf, authorizationsOf } from './authorization.ts';
import { containersOf } from './containers.ts';
import { cloudOf, klaxonOf, metadataOf, products, profilesOf, timeOf } from './event-frame.ts';
import { sourceEndpointOf } from './network-endpoint.ts';
import { type OcsfEvent, unknownName } from './ocsf-event.ts';
import { arnOf, ocsfUserOf, sessionOf } from './ocsf-user.ts';
import { kubernetesRemainderOf } from './unmapped-kubernetes.ts';

export const apiActivityOf = (event: AuditEvent): OcsfEvent => {
  const { origin, outcome } = event;
  const audit = event.audit ?? {};
  const { extra } = audit.user ?? {};
  const arn = arnOf(event.actor.cloudIdentity);
  const time = timeOf(event);
  const start = event.time === undefined ? undefined : startOf(audit);
  const actionId = actionIdOf(outcome);
  return {
    ...apiActivityFrame(audit.verb === undefined ? 0 : (activityIds.get(audit.verb) ?? 99), outcome),
    time,
    start_time: start,
    duration: start === undefined || start > time ? undefined : time - start,
    message: audit.stage,
    metadata: metadataOf(event, {
      profiles: profilesOf(event, actionId),
      product: { ...products[origin.dialect], version: audit.apiVersion },
      correlation_uid: audit.auditID,
      original_event_uid: audit.auditID,
      log_level: audit.level,
    }),
    cloud: cloudOf(origin),
    action_id: actionId,
    actor: {
      user: ocsfUserOf(event.actor, {
        name: audit.user?.username || undefined,
        uid: audit.user?.uid || undefined,
        uidAlt: firstOf(extra, 'principalId') ?? firstOf(extra, 'oid'),
      }),
      session: sessionOf(event.actor, {
        uid: firstOf(extra, 'sessionName'),
        issuer: firstOf(extra, 'canonicalArn'),
        uidAlt: arn,
      }),
      authorizations: authorizationsOf(outcome),
    },
    src_endpoint: sourceEndpointOf(audit.sourceIPs ?? none, {
      name: firstOf(extra, 'authentication.kubernetes.io/pod-name'),
      uid: firstOf(extra, 'authentication.kubernetes.io/pod-uid'),
    }),
    dst_endpoint: { name: origin.cluster, uid: origin.clusterId, svc_name: 'kube-apiserver' },
    http_request: httpRequestOf(audit),
    api: apiOf(event, audit),
    resources: audit.objectRef && [resourceOf(event.target, audit.objectRef)],
    unmapped: {
      k8s: kubernetesRemainderOf(audit, origin.cluster),
      klaxon: {
        ...klaxonOf(event),
        cloudIdentity: arn === undefined ? event.actor.cloudIdentity : undefined,
      },
    },
  };
};

const none: readonly string[] = Object.freeze([]);

const activityIds: ReadonlyMap<string, number> = new Map(
  Object.entries({
    create: 1,
    post: 1,
    get: 2,
    list: 2,
    watch: 2,
    head: 2,
    update: 3,
    patch: 3,
    put: 3,
    delete: 4,
    deletecollection: 4,
  }),
);

const httpMethods: ReadonlyMap<string, string> = new Map(
  Object.entries({
    create: 'POST',
    post: 'POST',
    get: 'GET',
    list: 'GET',
    watch: 'GET',
    head: 'HEAD',
    update: 'PUT',
    put: 'PUT',
    patch: 'PATCH',
    delete: 'DELETE',
    deletecollection: 'DELETE',
    options: 'OPTIONS',
  }),
);

const firstOf = (extra: KubernetesUser['extra'], key: string): string | undefined => {
  const value = extra?.[key]?.[0];
  return value === '' ? undefined : value;
};

const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

/** A log that writes one time twice (GKE) does not say when the request came in. */
const startOf = ({
  requestReceivedTimestamp: received,
  stageTimestamp,
}: KubernetesAuditEvent): number | undefined => {
  if (received === undefined || received === stageTimestamp || !rfc3339.test(received)) return undefined;
  const start = Date.parse(received);
  return Number.isNaN(start) ? undefined : start;
};

const httpRequestOf = ({ requestURI: uri, verb, userAgent }: KubernetesAuditEvent) => {
  const method = verb === undefined ? undefined : httpMethods.get(verb);
  if (uri === undefined && method === undefined && userAgent === undefined) return undefined;
  const query = uri?.indexOf('?') ?? -1;
  return {
    http_method: method,
    url:
      uri === undefined
        ? undefined
        : query < 0
          ? { path: uri }
          : { path: uri.slice(0, query), query_string: uri.slice(query + 1) },
    user_agent: userAgent,
  };
};

const apiOf = (event: AuditEvent, audit: KubernetesAuditEvent) => {
  const { objectRef: ref, responseStatus: status } = audit;
  return {
    operation: audit.verb ?? unknownName,
    version: ref?.apiVersion,
    group: ref?.resource === undefined ? undefined : { name: ref.apiGroup || 'core' },
    service: { name: 'kubernetes', uid: event.origin.clusterId },
    request: {
      uid: audit.auditID ?? event.id,
      data: audit.requestObject,
      containers: containersOf(audit.requestObject),
    },
    response:
      status === undefined && audit.responseObject === undefined
        ? undefined
        : {
            code: Number.isInteger(status?.code) ? status?.code : undefined,
            error: status?.reason,
            error_message: status?.status,
            message: status?.message,
            data: audit.responseObject,
          },
  };
};

/** `data` is the objectRef as it came: rules and `fromOcsf` read it there. */
const resourceOf = (target: Target, ref: NonNullable<KubernetesAuditEvent['objectRef']>) => ({
  uid: pathOf(target),
  uid_alt: ref.uid,
  name: target.name,
  namespace: target.namespace,
  type: target.subresource ? `${target.resource}/${target.subresource}` : target.resource,
  version: ref.resourceVersion,
  data: ref,
});

/** `apps/v1/namespaces/shop/deployments/web/scale`: the form of GKE's resourceName, the same on every cloud. */
const pathOf = ({ group, version, resource, subresource, namespace, name }: Target): string => {
  const isInNamespace = namespace && resource !== 'namespaces';
  const place = isInNamespace ? `namespaces/${namespace}` : undefined;
  return [group || 'core', version, place, resource, name, subresource].filter(Boolean).join('/');
};

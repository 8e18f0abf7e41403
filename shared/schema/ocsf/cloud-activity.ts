/** One AuditEvent of kind cloud-api in, one OCSF API Activity (6003) out. */
import type { AuditEvent } from '../audit-event.ts';
import { type JsonObject, objectOf, someTextOf } from '../json.ts';
import type { Dialect } from '../raw-record.ts';
import { apiActivityFrame } from './api-activity-frame.ts';
import { actionIdOf, authorizationsOf } from './authorization.ts';
import { cloudOf, klaxonOf, metadataOf, profilesOf, timeOf } from './event-frame.ts';
import { sourceEndpointOf } from './network-endpoint.ts';
import { type OcsfEvent, unknownName } from './ocsf-event.ts';
import { arnOf, ocsfUserOf, sessionOf } from './ocsf-user.ts';

export const cloudActivityOf = (event: AuditEvent): OcsfEvent => {
  const { action, actor, origin, outcome, target } = event;
  const native = event.native ?? {};
  const call = calls[origin.dialect]?.(native) ?? {};
  const actionId = actionIdOf(outcome);
  const arn = arnOf(actor.cloudIdentity);
  return {
    ...apiActivityFrame(activityIdOf(action.verb), outcome),
    time: timeOf(event),
    metadata: metadataOf(event, {
      profiles: profilesOf(event, actionId),
      correlation_uid: call.correlationId,
    }),
    cloud: cloudOf(origin),
    action_id: actionId,
    actor: {
      user: ocsfUserOf(actor, { name: actor.name, uid: actor.uid }),
      session: sessionOf(actor, { issuer: call.sessionIssuer, uidAlt: arn }),
      idp: call.identityProvider === undefined ? undefined : { name: call.identityProvider },
      authorizations: authorizationsOf(outcome),
    },
    src_endpoint: sourceEndpointOf(event.client.ips),
    dst_endpoint: target.group === undefined ? undefined : { svc_name: target.group },
    http_request: event.client.userAgent === undefined ? undefined : { user_agent: event.client.userAgent },
    api: {
      operation: action.verb ?? unknownName,
      service: target.group === undefined ? undefined : { name: target.group },
      request: call.requestId === undefined ? undefined : { uid: call.requestId },
      response:
        outcome.code === undefined && outcome.reason === undefined
          ? undefined
          : { code: outcome.code, error: outcome.reason, message: call.errorMessage },
    },
    resources: target.name === undefined ? undefined : [resourceOf(event, target.name)],
    unmapped: {
      native: event.native,
      klaxon: {
        ...klaxonOf(event),
        cluster: origin.cluster,
        clusterId: origin.clusterId,
        cloudIdentity: arn === undefined ? actor.cloudIdentity : undefined,
      },
    },
  };
};

interface Call {
  readonly requestId?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly errorMessage?: string | undefined;
  readonly sessionIssuer?: string | undefined;
  readonly identityProvider?: string | undefined;
}

/** What each cloud's record says of a call that AuditEvent has no field for. */
const calls: Readonly<Partial<Record<Dialect, (native: JsonObject) => Call>>> = {
  cloudtrail: (native) => {
    const identity = objectOf(native.userIdentity);
    return {
      requestId: someTextOf(native.requestID),
      correlationId: someTextOf(native.sharedEventID),
      errorMessage: someTextOf(native.errorMessage),
      sessionIssuer: someTextOf(objectOf(objectOf(identity?.sessionContext)?.sessionIssuer)?.arn),
      // With a pod's identity this is the cluster's OIDC issuer, and the user's name its service account.
      identityProvider: someTextOf(identity?.identityProvider),
    };
  },
  'azure-activity': (native) => {
    const correlationId = someTextOf(native.correlationId);
    return { requestId: correlationId, correlationId };
  },
  'gke-admin': (native) => ({ requestId: someTextOf(objectOf(native.operation)?.id) }),
};

/** Azure and Google name a resource by its path, which is unique; AWS calls give a name. */
const resourceOf = ({ origin }: AuditEvent, name: string) => ({
  uid: name.includes('/') ? name : undefined,
  name,
  region: origin.region,
});

const activityWords: readonly (readonly [RegExp, number])[] = [
  [/^(?:create|insert)/i, 1],
  [/^(?:get|list|describe|lookup|head|read)/i, 2],
  [/^(?:update|modify|patch)/i, 3],
  [/^delete/i, 4],
];

/** By the first word of the operation's last part: `ClusterManager.CreateCluster`, `managedClusters/write`. */
const activityIdOf = (operation: string | undefined): number => {
  if (operation === undefined) return 0;
  const last = operation.slice(Math.max(operation.lastIndexOf('.'), operation.lastIndexOf('/')) + 1);
  return activityWords.find(([words]) => words.test(last))?.[1] ?? 99;
};

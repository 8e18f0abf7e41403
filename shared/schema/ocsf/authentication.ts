/** One AuditEvent of kind authentication in, one OCSF Authentication (3002) out. */
import type { AuditEvent } from '../audit-event.ts';
import { type JsonObject, someTextOf } from '../json.ts';
import type { Dialect } from '../raw-record.ts';
import {
  awsAccountTypeId,
  cloudOf,
  frameOf,
  klaxonOf,
  metadataOf,
  type OcsfClass,
  statusOf,
  timeOf,
} from './event-frame.ts';
import { ipAndPortOf } from './network-endpoint.ts';
import type { OcsfEvent } from './ocsf-event.ts';
import { ocsfUserOf, sessionOf, type UserParts } from './ocsf-user.ts';

const authentication: OcsfClass = {
  uid: 3002,
  name: 'Authentication',
  category: { uid: 3, name: 'Identity & Access Management' },
};

export const authenticationOf = (event: AuditEvent): OcsfEvent => {
  const { actor, origin, outcome } = event;
  const native = event.native ?? {};
  const signIn = signIns[origin.dialect]?.(native, event) ?? {};
  return {
    ...frameOf(authentication, signIn.isAuthorization ? [99, 'Other'] : [1, 'Logon']),
    ...(signIn.isAuthorization && { activity_name: 'Authorize' }),
    ...(outcome.result === 'failure' && { severity_id: 2, severity: 'Low' }),
    ...statusOf(outcome),
    time: timeOf(event),
    message: signIn.message,
    metadata: metadataOf(event, {
      log_name: origin.stream ?? signIn.logName,
      log_level: signIn.logLevel,
    }),
    cloud: cloudOf(origin),
    user: ocsfUserOf(actor, signIn.user ?? actor),
    session: sessionOf(actor, { uid: signIn.session, issuer: signIn.arn }),
    src_endpoint: signIn.client,
    dst_endpoint:
      origin.cluster === undefined && origin.clusterId === undefined
        ? undefined
        : { name: origin.cluster, uid: origin.clusterId },
    service: { name: 'kubernetes', uid: origin.clusterId },
    http_request: signIn.httpRequest,
    ...signIn.protocol,
    logon_type_id: 3,
    logon_type: 'Network',
    is_remote: true,
    unmapped: {
      ...signIn.unmapped,
      native: event.native,
      klaxon: { ...klaxonOf(event), cloudIdentity: actor.cloudIdentity },
    },
  };
};

interface SignIn {
  readonly message?: string | undefined;
  readonly logLevel?: string | undefined;
  readonly logName?: string | undefined;
  /** The line speaks of what a signed-in caller may do, not of its signing in. */
  readonly isAuthorization?: boolean | undefined;
  readonly user?: UserParts | undefined;
  readonly session?: string | undefined;
  readonly arn?: string | undefined;
  readonly client?: object | undefined;
  readonly httpRequest?: object | undefined;
  readonly protocol?: object | undefined;
  readonly unmapped?: object | undefined;
}

const presignedUrl = {
  auth_protocol_id: 99,
  auth_protocol: 'AWS STS presigned GetCallerIdentity',
  authentication_token: { type_id: 7, type: 'API Token' },
};

const openId = { auth_protocol_id: 4, auth_protocol: 'OpenID' };

/** What each authenticator writes that AuditEvent has no field for. */
const signIns: Readonly<Partial<Record<Dialect, (native: JsonObject, event: AuditEvent) => SignIn>>> = {
  'eks-authenticator': (native, { actor }) => {
    const arn = someTextOf(native.arn);
    const accountId = someTextOf(native.accountid) ?? accountOf(arn);
    return {
      message: someTextOf(native.msg),
      logLevel: someTextOf(native.level),
      logName: 'authenticator',
      user: {
        name: actor.name,
        uid: someTextOf(native.uid) ?? arn,
        uidAlt: someTextOf(native.userid),
        // The caller's account may be another than the cluster's, which stands in `cloud`.
        account: accountId === undefined ? undefined : { uid: accountId, type_id: awsAccountTypeId },
      },
      session: someTextOf(native.session),
      arn,
      // This is the API server's side of the call, often loopback: not where the user is.
      client: ipAndPortOf(someTextOf(native.client)),
      httpRequest: httpRequestOf(native),
      protocol: presignedUrl,
      unmapped: { stsendpoint: someTextOf(native.stsendpoint) },
    };
  },
  'aks-guard': (native) => ({
    message: someTextOf(native.message),
    logLevel: someTextOf(native.severity),
    // Guard writes refused tokens as errors; its other lines tell of access reviews.
    isAuthorization: native.severity !== 'error',
    protocol: openId,
    unmapped: { source: someTextOf(native.source) },
  }),
};

const arnAccount = /^arn:[^:]*:(?:iam|sts)::(\d{12}):/;

const accountOf = (arn: string | undefined): string | undefined =>
  arn === undefined ? undefined : arnAccount.exec(arn)?.[1];

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']);

const httpRequestOf = (native: JsonObject) => {
  const method = someTextOf(native.method);
  const path = someTextOf(native.path);
  const known = method !== undefined && methods.has(method) ? method : undefined;
  if (known === undefined && path === undefined) return undefined;
  return { http_method: known, url: path === undefined ? undefined : { path } };
};

/**
 * What the payload of an audit log is made of, in protobufjs's form. Names and numbers of fields are those of Google:
 * https://github.com/googleapis/googleapis/blob/master/google/cloud/audit/audit_log.proto
 * https://github.com/googleapis/googleapis/blob/master/google/rpc/context/attribute_context.proto
 */
import type { INamespace, IType } from 'protobufjs';

type Fields = Readonly<Record<string, readonly [type: string, id: number, rule?: 'repeated' | 'map']>>;

/** Maps are from text to text. */
const message = (fields: Fields, nested?: INamespace['nested']): IType => ({
  fields: Object.fromEntries(
    Object.entries(fields).map(([name, [type, id, rule]]) => [
      name,
      rule === 'map' ? { keyType: 'string', type, id } : { type, id, ...(rule && { rule }) },
    ]),
  ),
  ...(nested && { nested }),
});

const struct = '.google.protobuf.Struct';
const any = '.google.protobuf.Any';
const timestamp = '.google.protobuf.Timestamp';
const attribute = '.google.rpc.context.AttributeContext';

const audit = {
  AuditLog: message({
    serviceName: ['string', 7],
    methodName: ['string', 8],
    resourceName: ['string', 11],
    resourceLocation: ['ResourceLocation', 20],
    resourceOriginalState: [struct, 19],
    numResponseItems: ['int64', 12],
    status: ['.google.rpc.Status', 2],
    authenticationInfo: ['AuthenticationInfo', 3],
    authorizationInfo: ['AuthorizationInfo', 9, 'repeated'],
    policyViolationInfo: ['PolicyViolationInfo', 25],
    requestMetadata: ['RequestMetadata', 4],
    request: [struct, 16],
    response: [struct, 17],
    metadata: [struct, 18],
    serviceData: [any, 15],
  }),
  AuthenticationInfo: message({
    principalEmail: ['string', 1],
    authoritySelector: ['string', 2],
    thirdPartyPrincipal: [struct, 4],
    serviceAccountKeyName: ['string', 5],
    serviceAccountDelegationInfo: ['ServiceAccountDelegationInfo', 6, 'repeated'],
    principalSubject: ['string', 8],
  }),
  AuthorizationInfo: message(
    {
      resource: ['string', 1],
      permission: ['string', 2],
      granted: ['bool', 3],
      resourceAttributes: [`${attribute}.Resource`, 5],
      permissionType: ['PermissionType', 7],
    },
    {
      PermissionType: {
        values: {
          PERMISSION_TYPE_UNSPECIFIED: 0,
          ADMIN_READ: 1,
          ADMIN_WRITE: 2,
          DATA_READ: 3,
          DATA_WRITE: 4,
        },
      },
    },
  ),
  RequestMetadata: message({
    callerIp: ['string', 1],
    callerSuppliedUserAgent: ['string', 2],
    callerNetwork: ['string', 3],
    requestAttributes: [`${attribute}.Request`, 7],
    destinationAttributes: [`${attribute}.Peer`, 8],
  }),
  ResourceLocation: message({
    currentLocations: ['string', 1, 'repeated'],
    originalLocations: ['string', 2, 'repeated'],
  }),
  ServiceAccountDelegationInfo: message(
    {
      firstPartyPrincipal: ['FirstPartyPrincipal', 1],
      thirdPartyPrincipal: ['ThirdPartyPrincipal', 2],
      principalSubject: ['string', 3],
    },
    {
      FirstPartyPrincipal: message({ principalEmail: ['string', 1], serviceMetadata: [struct, 2] }),
      ThirdPartyPrincipal: message({ thirdPartyClaims: [struct, 1] }),
    },
  ),
  PolicyViolationInfo: message({ orgPolicyViolationInfo: ['OrgPolicyViolationInfo', 1] }),
  OrgPolicyViolationInfo: message({
    payload: [struct, 1],
    resourceType: ['string', 2],
    resourceTags: ['string', 3, 'map'],
    violationInfo: ['ViolationInfo', 4, 'repeated'],
  }),
  ViolationInfo: message(
    {
      constraint: ['string', 1],
      errorMessage: ['string', 2],
      checkedValue: ['string', 3],
      policyType: ['PolicyType', 4],
    },
    {
      PolicyType: {
        values: {
          POLICY_TYPE_UNSPECIFIED: 0,
          BOOLEAN_CONSTRAINT: 1,
          LIST_CONSTRAINT: 2,
          CUSTOM_CONSTRAINT: 3,
        },
      },
    },
  ),
} as const satisfies INamespace['nested'];

/** Of a request, those parts that audit logs hold. */
const attributeContext = message(
  {},
  {
    Peer: message({
      ip: ['string', 1],
      port: ['int64', 2],
      labels: ['string', 6, 'map'],
      principal: ['string', 7],
      regionCode: ['string', 8],
    }),
    Auth: message({
      principal: ['string', 1],
      audiences: ['string', 2, 'repeated'],
      presenter: ['string', 3],
      claims: [struct, 4],
      accessLevels: ['string', 5, 'repeated'],
    }),
    Request: message({
      id: ['string', 1],
      method: ['string', 2],
      headers: ['string', 3, 'map'],
      path: ['string', 4],
      host: ['string', 5],
      scheme: ['string', 6],
      query: ['string', 7],
      time: [timestamp, 9],
      size: ['int64', 10],
      protocol: ['string', 11],
      reason: ['string', 12],
      auth: ['Auth', 13],
      origin: ['string', 14],
    }),
    Resource: message({
      service: ['string', 1],
      name: ['string', 2],
      type: ['string', 3],
      labels: ['string', 4, 'map'],
      uid: ['string', 5],
      annotations: ['string', 6, 'map'],
      displayName: ['string', 7],
      createTime: [timestamp, 8],
      updateTime: [timestamp, 9],
      deleteTime: [timestamp, 10],
      etag: ['string', 11],
      location: ['string', 12],
    }),
  },
);

/** By package, for a root that knows `google.protobuf` and `google.rpc.Status`. */
export const auditLogTypes: Readonly<Record<string, NonNullable<INamespace['nested']>>> = {
  'google.cloud.audit': audit,
  'google.rpc.context': { AttributeContext: attributeContext },
};

/** One AuditEvent of kind http in, one OCSF HTTP Activity (4002) out, if the record says what that class requires. */
import type { AuditEvent } from '../audit-event.ts';
import { numberOf, someTextOf } from '../json.ts';
import {
  cloudOf,
  frameOf,
  klaxonOf,
  metadataOf,
  type OcsfActivity,
  type OcsfClass,
  statusOf,
  timeOf,
} from './event-frame.ts';
import { sourceEndpointOf } from './network-endpoint.ts';
import { type OcsfEvent, unknownName } from './ocsf-event.ts';

const httpActivity: OcsfClass = {
  uid: 4002,
  name: 'HTTP Activity',
  category: { uid: 4, name: 'Network Activity' },
};

/** A request whose status was cut off the line makes no HTTP Activity: 1.1 requires the answer's code. */
export const httpActivityOf = (event: AuditEvent): OcsfEvent | undefined => {
  const { action, client, origin, outcome, target } = event;
  const native = event.native ?? {};
  if (outcome.code === undefined) return undefined;
  const seconds = numberOf(native.request_time);
  return {
    ...frameOf(httpActivity, activities.get(action.verb ?? '') ?? unlisted(action.verb)),
    ...statusOf(outcome),
    time: timeOf(event),
    duration: seconds === undefined ? undefined : Math.round(seconds * 1000),
    metadata: metadataOf(event, { correlation_uid: someTextOf(native.req_id) }),
    cloud: cloudOf(origin),
    src_endpoint: sourceEndpointOf(client.ips),
    dst_endpoint: { name: target.name ?? unknownName },
    http_request: {
      http_method: activities.has(action.verb ?? '') ? action.verb : undefined,
      url: urlOf(action.uri),
      user_agent: client.userAgent,
      referrer: someTextOf(native.http_referer),
      version: someTextOf(native.server_protocol)?.replace('HTTP/', ''),
      length: wholeOf(native.request_length),
      uid: someTextOf(native.req_id),
    },
    http_response: { code: outcome.code, length: wholeOf(native.body_bytes_sent) },
    unmapped: {
      native: event.native,
      klaxon: { ...klaxonOf(event), cluster: origin.cluster, clusterId: origin.clusterId },
    },
  };
};

/** PATCH came with 1.6. */
const activities: ReadonlyMap<string, OcsfActivity> = new Map([
  ['CONNECT', [1, 'Connect']],
  ['DELETE', [2, 'Delete']],
  ['GET', [3, 'Get']],
  ['HEAD', [4, 'Head']],
  ['OPTIONS', [5, 'Options']],
  ['POST', [6, 'Post']],
  ['PUT', [7, 'Put']],
  ['TRACE', [8, 'Trace']],
  ['PATCH', [9, 'Patch']],
]);

const unlisted = (verb: string | undefined): OcsfActivity =>
  verb === undefined ? [0, 'Unknown'] : [99, 'Other'];

const wholeOf = (value: Parameters<typeof numberOf>[0]): number | undefined => {
  const number = numberOf(value);
  return Number.isInteger(number) ? number : undefined;
};

const urlOf = (uri: string | undefined) => {
  if (uri === undefined) return undefined;
  const mark = uri.indexOf('?');
  return mark < 0 ? { path: uri } : { path: uri.slice(0, mark), query_string: uri.slice(mark + 1) };
};

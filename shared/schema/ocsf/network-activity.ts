/** One AuditEvent of kind network in, one OCSF Network Activity (4001) out. */
import type { AuditEvent } from '../audit-event.ts';
import { type JsonObject, numberOf, objectOf, someTextOf, textOf, textsOf } from '../json.ts';
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
import { isIp } from './network-endpoint.ts';
import { type OcsfEvent, unknownName } from './ocsf-event.ts';

const networkActivity: OcsfClass = {
  uid: 4001,
  name: 'Network Activity',
  category: { uid: 4, name: 'Network Activity' },
};

export const networkActivityOf = (event: AuditEvent): OcsfEvent => {
  const { origin, outcome } = event;
  const flow = event.native ?? {};
  const ip = objectOf(flow.IP);
  const { protocol, source, destination } = layer4Of(flow);
  return {
    ...frameOf(networkActivity, activities.get(textOf(flow.verdict) ?? '') ?? [6, 'Traffic']),
    ...statusOf(outcome),
    time: timeOf(event),
    message: someTextOf(flow.Summary),
    metadata: metadataOf(event),
    cloud: cloudOf(origin),
    src_endpoint: endpointOf(ip?.source, source, objectOf(flow.source), textsOf(flow.source_names)),
    dst_endpoint: endpointOf(
      ip?.destination,
      destination,
      objectOf(flow.destination),
      textsOf(flow.destination_names),
    ),
    connection_info: { ...directionOf(flow), protocol_name: protocol, ...versionOf(ip) },
    unmapped: {
      native: event.native,
      klaxon: { ...klaxonOf(event), cluster: origin.cluster, clusterId: origin.clusterId },
    },
  };
};

const activities: ReadonlyMap<string, OcsfActivity> = new Map([
  ['DROPPED', [5, 'Refuse']],
  ['ERROR', [4, 'Fail']],
]);

/** The one protocol of a flow, and its ports where it has any. */
const layer4Of = (flow: JsonObject) => {
  const l4 = objectOf(flow.l4) ?? {};
  const name = Object.keys(l4).find((key) => protocols.has(key));
  const ports = name === undefined ? undefined : objectOf(l4[name]);
  return {
    protocol: name === undefined ? undefined : protocols.get(name),
    source: portOf(ports?.source_port),
    destination: portOf(ports?.destination_port),
  };
};

/** Protocol names as IANA has them, in lower case. */
const protocols: ReadonlyMap<string, string> = new Map([
  ['TCP', 'tcp'],
  ['UDP', 'udp'],
  ['SCTP', 'sctp'],
  ['ICMPv4', 'icmp'],
  ['ICMPv6', 'ipv6-icmp'],
]);

const portOf = (value: JsonObject[string]): number | undefined => {
  const port = numberOf(value);
  return port !== undefined && Number.isInteger(port) && port >= 0 && port <= 65_535 ? port : undefined;
};

/** OCSF requires an endpoint to have some name. */
const endpointOf = (
  address: JsonObject[string],
  port: number | undefined,
  endpoint: JsonObject | undefined,
  names: readonly string[],
) => {
  const text = textOf(address);
  const ip = text !== undefined && isIp(text) ? text : undefined;
  const pod = someTextOf(endpoint?.pod_name);
  const namespace = someTextOf(endpoint?.namespace);
  const name = pod ?? names[0];
  return {
    ip,
    port,
    name: name ?? (ip === undefined ? unknownName : undefined),
    uid: pod === undefined || namespace === undefined ? undefined : `${namespace}/${pod}`,
  };
};

const directionOf = (flow: JsonObject) => {
  if (flow.traffic_direction === 'INGRESS') return { direction_id: 1, direction: 'Inbound' };
  if (flow.traffic_direction === 'EGRESS') return { direction_id: 2, direction: 'Outbound' };
  return { direction_id: 0, direction: 'Unknown' };
};

const versionOf = (ip: JsonObject | undefined) => {
  if (ip?.ipVersion === 'IPv4') return { protocol_ver_id: 4 };
  return ip?.ipVersion === 'IPv6' ? { protocol_ver_id: 6 } : undefined;
};

/** One flow as Hubble exports it in, one event of kind network out; a word of the exporter's own becomes a component's. */
import type { AuditEvent, Outcome, Target } from '../schema/audit-event.ts';
import {
  isObject,
  type JsonObject,
  type JsonValue,
  listOf,
  numberOf,
  objectOf,
  someTextOf,
  textOf,
  textsOf,
} from '../schema/json.ts';
import type { RawRecord } from '../schema/raw-record.ts';
import { originOf } from './audit.ts';
import { type Unwrapped, unwrapped } from './log-entry.ts';
import { nativeEvent } from './native-event.ts';
import type { Normaliser } from './normaliser.ts';
import { redacted } from './redact.ts';
import { isSecretHeader, withoutUrlSecrets } from './redact-url.ts';
import { epochOf } from './time.ts';

/** The fields are those of message Flow in api/v1/flow/flow.proto of Cilium, written as protobuf writes JSON. */
export const fromHubble: Normaliser = (record) => {
  const source = unwrapped(record);
  const { content } = source;
  const flow = objectOf(content.flow) ?? (typeof content.verdict === 'string' ? content : undefined);
  return flow ? flowEvent(record, flow, source) : noticeEvent(record, source);
};

const flowEvent = (record: RawRecord, exported: JsonObject, source: Unwrapped): AuditEvent => {
  const { content, origin, id } = source;
  const flow = safeFlow(exported);
  // An exporter's field mask may leave the flow's own time out.
  const timeText = someTextOf(flow.time) ?? someTextOf(content.time) ?? source.timeText;
  const { client, target } = sidesOf(flow);
  const http = objectOf(objectOf(flow.l7)?.http);
  return nativeEvent({
    id: someTextOf(flow.uuid) ?? id,
    time: epochOf(timeText),
    timeText,
    kind: 'network',
    origin: originOf(record, { ...origin, cluster: origin.cluster ?? clusterOf(flow) }),
    client: { ips: client === undefined ? [] : [client] },
    action: { verb: someTextOf(http?.method), uri: someTextOf(http?.url) },
    target,
    outcome: outcomeOf(flow, http),
    native: flow,
  });
};

/** The source of a reply is the side that was called. */
const sidesOf = (flow: JsonObject): { client: string | undefined; target: Target } => {
  const ip = objectOf(flow.IP);
  const source = someTextOf(ip?.source);
  const destination = someTextOf(ip?.destination);
  return isReply(flow)
    ? { client: destination, target: targetOf(flow.source, flow.source_names, source) }
    : { client: source, target: targetOf(flow.destination, flow.destination_names, destination) };
};

/** A pod, else a name of the address, else the address. */
const targetOf = (side: JsonValue | undefined, names: JsonValue | undefined, address: string | undefined) => {
  const endpoint = objectOf(side);
  const pod = someTextOf(endpoint?.pod_name);
  return {
    resource: pod === undefined ? undefined : 'pods',
    namespace: someTextOf(endpoint?.namespace),
    name: pod ?? (textsOf(names)[0] || address),
  };
};

/** `reply` is older than `is_reply`, and is left out where it is false or not known. */
const isReply = (flow: JsonObject): boolean => flow.is_reply === true || flow.reply === true;

/** `<cluster>/<node>`; a cluster that nobody named is called default. */
const clusterOf = (flow: JsonObject): string | undefined => {
  const [cluster, node] = textOf(flow.node_name)?.split('/') ?? [];
  return node === undefined || cluster === '' || cluster === 'default' ? undefined : cluster;
};

/** A verdict that only says where a packet was seen, or what would have been dropped, says nothing of the outcome. */
const results: ReadonlyMap<string, Outcome['result']> = new Map([
  ['FORWARDED', 'success'],
  ['DROPPED', 'failure'],
  ['ERROR', 'failure'],
]);

const outcomeOf = (flow: JsonObject, http: JsonObject | undefined): Outcome => {
  const verdict = results.get(textOf(flow.verdict) ?? '') ?? 'unknown';
  // A request has no status yet, which protobuf would write as 0.
  const code = numberOf(http?.code) || undefined;
  const isAnswered = verdict === 'success' && code !== undefined;
  return {
    result: isAnswered ? (code < 400 ? 'success' : 'failure') : verdict,
    code,
    reason: someTextOf(flow.drop_reason_desc),
  };
};

/** Hubble shows the URLs and headers of HTTP unless it is told to redact them. */
export const safeFlow = (flow: JsonObject): JsonObject => {
  const l7 = objectOf(flow.l7);
  const http = objectOf(l7?.http);
  if (!http) return flow;
  const url = textOf(http.url);
  return {
    ...flow,
    Summary: safeText(flow.Summary),
    l7: {
      ...l7,
      http: {
        ...http,
        url: url === undefined ? http.url : withoutUrlSecrets(url),
        headers: Array.isArray(http.headers) ? listOf(http.headers).map(safeHeader) : http.headers,
      },
    },
  };
};

const safeText = (value: JsonValue | undefined): JsonValue | undefined =>
  typeof value === 'string' ? withoutUrlSecrets(value) : value;

const safeHeader = (header: JsonValue | undefined) => {
  if (!isObject(header)) return redacted;
  const isSecret = isSecretHeader(textOf(header.key) ?? '');
  return { ...header, value: isSecret ? redacted : (safeText(header.value) ?? null) };
};

/** That flows were lost, that a node is away, what the agent did: what an exporter says beside flows. */
const noticeEvent = (record: RawRecord, { content, origin, id }: Unwrapped): AuditEvent => {
  const timeText = someTextOf(content.time);
  return nativeEvent({
    id,
    time: epochOf(timeText),
    timeText,
    kind: 'component',
    origin: originOf(record, origin),
    native: { ...content, message: Object.keys(content).find((key) => isObject(content[key])) },
  });
};

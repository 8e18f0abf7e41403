/** An event that writes a Service in; what it exposes, and to whom, out. */
import type { AuditEvent } from '../../schema/audit-event.ts';
import { isObject, type JsonObject, listOf, objectOf, textOf, textsOf } from '../../schema/json.ts';
import { isWrite, requestBodyOf, responseBodyOf } from './request-body.ts';

export const canExpose = (event: AuditEvent): boolean =>
  isWrite(event) && event.target.resource === 'services' && !event.target.subresource;

/**
 * `service`: type and externalIPs as requested; ports (numbers), selector, loadBalancerClass and sourceRanges
 * as requested, else as answered; annotations of both; internal, whether its load balancer has an inside address only.
 */
export const serviceOf = (event: AuditEvent): JsonObject | undefined => {
  if (!canExpose(event)) return undefined;
  const body = requestBodyOf(event);
  const spec = objectOf(body?.spec);
  if (!body || !spec) return undefined;
  const answer = responseBodyOf(event);
  const answered = objectOf(answer?.spec);
  const ports = listOf(spec.ports ?? answered?.ports).filter(isObject);
  const annotations = { ...annotationsOf(answer), ...annotationsOf(body) };
  const loadBalancerClass = textOf(spec.loadBalancerClass ?? answered?.loadBalancerClass);
  return {
    type: spec.type,
    name: event.target.name,
    ports: ports.flatMap((port) => [port.port, port.targetPort]).filter((port) => port !== undefined),
    selector: objectOf(spec.selector) ?? objectOf(answered?.selector),
    annotations,
    externalIPs: textsOf(spec.externalIPs),
    loadBalancerClass,
    internal: isInternal(annotations, loadBalancerClass),
    sourceRanges:
      spec.loadBalancerSourceRanges ?? answered?.loadBalancerSourceRanges ?? rangesIn(annotations),
  };
};

const annotationsOf = (object: JsonObject | undefined): JsonObject | undefined =>
  objectOf(objectOf(object?.metadata)?.annotations);

/** Annotations by which a cloud keeps a load balancer inside, each with the value that does. */
const insideAnnotations: Readonly<Record<string, RegExp>> = {
  'service.beta.kubernetes.io/azure-load-balancer-internal': /^true$/i,
  'networking.gke.io/load-balancer-type': /^internal$/i,
  'cloud.google.com/load-balancer-type': /^internal$/i,
  'service.beta.kubernetes.io/aws-load-balancer-scheme': /^internal$/i,
  'service.beta.kubernetes.io/aws-load-balancer-internal': /^(?!false$)./i,
  'service.beta.kubernetes.io/openstack-internal-load-balancer': /^true$/i,
};

/** The AWS Load Balancer Controller and EKS Auto Mode build inside balancers unless told otherwise. */
const insideClasses = new Set<string | undefined>(['service.k8s.aws/nlb', 'eks.amazonaws.com/nlb']);
const insideTypes = new Set<string | undefined>(['external', 'nlb-ip']);

const isInternal = (annotations: JsonObject, loadBalancerClass: string | undefined): boolean => {
  for (const [key, inside] of Object.entries(insideAnnotations))
    if (inside.test(textOf(annotations[key]) ?? '')) return true;
  const type = textOf(annotations['service.beta.kubernetes.io/aws-load-balancer-type']);
  const scheme = annotations['service.beta.kubernetes.io/aws-load-balancer-scheme'];
  return scheme !== 'internet-facing' && (insideClasses.has(loadBalancerClass) || insideTypes.has(type));
};

const rangeAnnotations = [
  'service.beta.kubernetes.io/load-balancer-source-ranges',
  'service.beta.kubernetes.io/azure-allowed-ip-ranges',
];

const rangesIn = (annotations: JsonObject): readonly string[] | undefined => {
  const written = rangeAnnotations.flatMap((key) => (textOf(annotations[key]) ?? '').split(','));
  const ranges = written.map((range) => range.trim()).filter((range) => range !== '');
  return ranges.length === 0 ? undefined : ranges;
};

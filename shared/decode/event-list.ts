/** The API server's webhook body, or any Kubernetes list file, in; its items out. */
import { isObject, listOf, textOf } from '../schema/json.ts';
import type { Envelope } from './envelope.ts';

export const openEventList: Envelope = (value, decoding, origin, open) => {
  const kind = textOf(value.kind);
  if (!kind?.endsWith('List') || !Array.isArray(value.items)) return false;
  decoding.batch();
  const isAudit = textOf(value.apiVersion)?.startsWith('audit.k8s.io/') === true;
  for (const item of listOf(value.items)) {
    // Items of an audit EventList carry no kind and no apiVersion of their own.
    if (isAudit && isObject(item)) decoding.record('kubernetes-audit', origin, { body: item });
    else open(item, origin);
  }
  return true;
};

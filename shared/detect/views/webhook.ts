/** An event that writes an admission webhook configuration in; its webhooks out. */
import type { AuditEvent } from '../../schema/audit-event.ts';
import { isObject, type JsonObject, listOf, objectOf, textOf } from '../../schema/json.ts';
import { isWrite, requestBodyOf } from './request-body.ts';

const configurations = new Set(['mutatingwebhookconfigurations', 'validatingwebhookconfigurations']);

export const canConfigureWebhooks = (event: AuditEvent): boolean =>
  isWrite(event) && configurations.has(event.target.resource ?? '');

/** `webhook`: webhooks, each as written plus `url` (of the client configuration) and `external` (a URL, not a Service). */
export const webhookOf = (event: AuditEvent): JsonObject | undefined => {
  if (!canConfigureWebhooks(event)) return undefined;
  const body = requestBodyOf(event);
  if (!body) return undefined;
  const webhooks = listOf(body.webhooks)
    .filter(isObject)
    .map((webhook) => {
      const url = textOf(objectOf(webhook.clientConfig)?.url);
      return { ...webhook, url, external: url !== undefined };
    });
  return { webhooks };
};

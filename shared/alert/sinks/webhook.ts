/** An alert in; a signed request to any receiver that keeps to Standard Webhooks, out. */
import { createHmac } from 'node:crypto';
import { KlaxonError } from '../../errors.ts';
import type { Alert } from '../alert.ts';
import { findingToOcsf } from '../ocsf-finding.ts';
import type { Receiver } from './http-sink.ts';

export interface WebhookOptions {
  readonly url: string;
  /** Of the body: the alert as `klaxon scan --output ndjson` writes it, or an OCSF Detection Finding. */
  readonly form?: 'alert' | 'ocsf' | undefined;
  /** Of the product. */
  readonly version: string;
}

/**
 * The secret is a signing key, `whsec_` and base64; while one takes the place of another it is both, with a space between,
 * and a receiver may know either. https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const webhook = ({ url, form, version }: WebhookOptions): Receiver => ({
  atOnce: 4,
  requestOf: (alert, secret, now) => {
    const body = `${JSON.stringify(form === 'ocsf' ? findingToOcsf(alert, version) : alert)}\n`;
    return { url, headers: signed(messageId(alert), Math.floor(now / 1000), body, secret), body };
  },
});

/** A receiver drops an id that it has seen. One alert that has grown worse since must get through, so the severity belongs to it. */
const messageId = ({ id, severity }: Alert): string => `${id}-${severity}`;

/** The three headers. `seconds` is of the attempt, not of the alert, and neither it nor the id may hold a full stop. */
export const signed = (
  id: string,
  seconds: number,
  body: string,
  secret: string,
): Readonly<Record<string, string>> => ({
  'webhook-id': id,
  'webhook-timestamp': String(seconds),
  'webhook-signature': keysOf(secret)
    .map((key) => `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`)
    .join(' '),
});

const keysOf = (secret: string): readonly Buffer[] => secret.split(/\s+/).map(keyOf);

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** 24 to 64 bytes, says the specification. */
const [fewestBytes, mostBytes] = [24, 64];

const keyOf = (text: string): Buffer => {
  const digits = text.replace(/^whsec_/, '');
  const key = Buffer.from(digits, 'base64');
  if (base64.test(digits) && key.length >= fewestBytes && key.length <= mostBytes) return key;
  throw new KlaxonError('alert', 'the secret is no signing key: whsec_ and base64 of 24 to 64 bytes');
};

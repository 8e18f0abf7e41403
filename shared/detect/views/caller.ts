/** An event in; the one address that the caller could not choose, and what is known of it, out. */
import type { AuditEvent } from '../../schema/audit-event.ts';
import type { JsonObject } from '../../schema/json.ts';
import { addressOf } from '../address.ts';
import type { Enricher } from '../enrich/enricher.ts';

/** Ranges of ipaddr.js that the internet routes, or that documentation borrows to stand for such. */
const publicRanges = new Set(['unicast', 'reserved', '6to4', 'teredo']);

/**
 * `caller`: ip, the last of the source addresses (all before it are headers that a client sets); public; and with an
 * enricher country, asn, organization, anonymous, anonymizers, lists.
 */
export const callerOf = (event: AuditEvent, enricher?: Enricher): JsonObject | undefined => {
  const ip = event.client.ips.at(-1);
  const address = ip === undefined ? undefined : addressOf(ip);
  if (ip === undefined || !address) return undefined;
  const known = { ip, public: publicRanges.has(address.range()) };
  return enricher ? { ...known, ...enricher.fieldsOf(ip, address) } : known;
};

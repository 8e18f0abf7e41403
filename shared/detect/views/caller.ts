/** An event in; the one address that the caller could not choose, and what is known of it, out. */
import type { AuditEvent } from '../../schema/audit-event.ts';
import type { JsonObject } from '../../schema/json.ts';
import { Recent } from '../../schema/recent.ts';
import { type Address, addressOf } from '../address.ts';
import type { Enricher } from '../enrich/enricher.ts';

/** Ranges of ipaddr.js that the internet routes, or that documentation borrows to stand for such. */
const publicRanges = new Set(['unicast', 'reserved', '6to4', 'teredo']);

interface ReadAddress {
  readonly address: Address | undefined;
  readonly fields: JsonObject | undefined;
}

/** The same few callers come again and again. */
const rememberedAddresses = 4096;
const read = new Recent<ReadAddress>(rememberedAddresses);

const readAnew = (ip: string): ReadAddress => {
  const address = addressOf(ip);
  const fields = address && { ip, public: publicRanges.has(address.range()) };
  const found = { address, fields };
  // What is longer is no address.
  if (ip.length <= 64) read.put(ip, found);
  return found;
};

/**
 * `caller`: ip, the last of the source addresses (all before it are headers that a client sets); public; and with an
 * enricher country, asn, organization, anonymous, anonymizers, lists.
 */
export const callerOf = (event: AuditEvent, enricher?: Enricher): JsonObject | undefined => {
  const ip = event.client.ips.at(-1);
  if (ip === undefined) return undefined;
  const earlier = read.get(ip);
  const { address, fields } = earlier ?? readAnew(ip);
  return address && fields && enricher ? { ...fields, ...enricher.fieldsOf(ip, address) } : fields;
};

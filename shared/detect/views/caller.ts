/** An event in; the one address that the caller could not choose, and whether it is a public one, out. */
import type { AuditEvent } from '../../schema/audit-event.ts';
import type { JsonObject } from '../../schema/json.ts';
import { addressOf } from '../address.ts';

/** Ranges of ipaddr.js that the internet routes, or that documentation borrows to stand for such. */
const publicRanges = new Set(['unicast', 'reserved', '6to4', 'teredo']);

/** `caller`: ip, the last of the source addresses (all before it are headers that a client sets); public. */
export const callerOf = (event: AuditEvent): JsonObject | undefined => {
  const ip = event.client.ips.at(-1);
  const address = ip === undefined ? undefined : addressOf(ip);
  return address && { ip, public: publicRanges.has(address.range()) };
};

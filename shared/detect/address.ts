/** A text in, the IP address that it writes out in full, v4-mapped ones as IPv4; undefined where it is none. */
import ipaddr from 'ipaddr.js';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Longer than the longest IPv6 address with a zone that a log would hold. */
const maxLength = 64;

/** The short and the octal forms of IPv4 (`10`, `010.1`) are numbers or versions more often than addresses. */
export const addressOf = (text: string): Address | undefined => {
  if (text.length > maxLength) return undefined;
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  return text.includes(':') && ipaddr.IPv6.isValid(text) ? ipaddr.process(text) : undefined;
};

export interface Network {
  readonly address: Address;
  readonly bits: number;
}

/** `10.0.0.0/8`, `fd00::/8`, or an address for itself. */
export const networkOf = (text: string): Network | undefined => {
  const [before = '', prefix, ...rest] = text.split('/');
  const address = addressOf(before);
  if (!address || rest.length > 0 || (prefix !== undefined && !/^\d{1,3}$/.test(prefix))) return undefined;
  const width = address.kind() === 'ipv4' ? 32 : 128;
  // The prefix of a v4-mapped network counts the 96 bits before it.
  const mapped = before.includes(':') && width === 32 ? 96 : 0;
  const bits = prefix === undefined ? width : Number(prefix) - mapped;
  return bits >= 0 && bits <= width ? { address, bits } : undefined;
};

export const isWithin = (address: Address, network: Network): boolean =>
  address.kind() === network.address.kind() && address.match(network.address, network.bits);

export const hasHostBits = ({ address, bits }: Network): boolean =>
  address.toByteArray().some((byte, at) => (byte & hostMask(bits - at * 8)) !== 0);

/** The bits of a byte that a prefix with `left` bits left does not cover. */
const hostMask = (left: number): number => {
  if (left >= 8) return 0;
  return left <= 0 ? 0xff : 0xff >> left;
};

/** The addresses a record names in, the OCSF endpoint the call came from out. */
import { unknownName } from './ocsf-event.ts';

export interface EndpointParts {
  readonly name?: string | undefined;
  readonly uid?: string | undefined;
}

/**
 * The first address is where the call says it came from, the others what it passed on its way. OCSF refuses what is no
 * address (`@`, `private`, `gce-internal-ip`) and requires an endpoint to have some name.
 */
export const sourceEndpointOf = (texts: readonly string[], { name, uid }: EndpointParts = {}) => {
  const ips = texts.every(isIp) ? texts : texts.filter(isIp);
  return {
    ip: ips[0],
    intermediate_ips: ips.length > 1 ? ips.slice(1) : undefined,
    name: name ?? (ips.length === 0 && uid === undefined ? unknownName : undefined),
    uid,
  };
};

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const ipv4 = new RegExp(`^${octet}(?:\\.${octet}){3}$`);
const hextet = /^[0-9A-Fa-f]{1,4}$/;

/** The bound of OCSF's ip_t. */
const longestIp = 40;

export const isIp = (text: string): boolean =>
  text.length <= longestIp && (ipv4.test(text) || (text.includes(':') && isIpv6(text)));

/** Eight groups of hex digits, or fewer around one `::`; the last two may be written as an IPv4 address. */
const isIpv6 = (text: string): boolean => {
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0) return false;
  const groups = [...groupsOf(head), ...groupsOf(tail ?? '')];
  const last = groups.at(-1);
  const endsInIpv4 = last !== undefined && ipv4.test(last);
  if (!(endsInIpv4 ? groups.slice(0, -1) : groups).every((group) => hextet.test(group))) return false;
  const count = groups.length + (endsInIpv4 ? 1 : 0);
  return tail === undefined ? count === 8 : count <= 7;
};

const groupsOf = (text: string): readonly string[] => (text === '' ? [] : text.split(':'));

const hostAndPort = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/;

/** `192.0.2.1:443` and `[2001:db8::1]:443`; undefined where the text is no such pair. */
export const ipAndPortOf = (text: string | undefined): { ip: string; port: number } | undefined => {
  const match = text === undefined ? null : hostAndPort.exec(text);
  const ip = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return ip !== undefined && isIp(ip) && port <= 65_535 ? { ip, port } : undefined;
};

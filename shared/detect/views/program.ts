/** An event in; the name of the program that asked, as its user agent states it, without the version, out. */
import type { AuditEvent } from '../../schema/audit-event.ts';
import type { JsonObject } from '../../schema/json.ts';
import { Recent } from '../../schema/recent.ts';

/**
 * `program`: name, `kubectl` of `kubectl/v1.36.0 (linux/amd64)`; `-` for a request to an API server that states none.
 * A new version is the same program, so that an upgrade is no news. The name is the caller's choice.
 */
export const programOf = ({ kind, client }: AuditEvent): JsonObject | undefined => {
  if (kind !== 'audit' && kind !== 'cloud-api') return undefined;
  const stated = client.userAgent === undefined ? '' : nameIn(client.userAgent);
  if (stated !== '') return { name: stated };
  return kind === 'audit' ? { name: '-' } : undefined;
};

/** The same few programs come again and again. Longer texts than this are read anew. */
const rememberedPrograms = 1024;
const rememberedLength = 256;
const read = new Recent<string>(rememberedPrograms);

const nameIn = (userAgent: string): string => {
  const earlier = read.get(userAgent);
  if (earlier !== undefined) return earlier;
  const name = readAnew(userAgent);
  if (userAgent.length <= rememberedLength) read.put(userAgent, name);
  return name;
};

/** What stands before the first slash or bracket: `Fluent-Bit`, `kubectl.exe/v1.36.0`, `Mozilla/5.0 (X11)`. */
const readAnew = (userAgent: string): string => {
  const end = userAgent.search(/[/(]/);
  const name = (end === -1 ? userAgent : userAgent.slice(0, end)).slice(0, maxName).trim();
  return name.replace(/\.exe$/i, '').replace(versionAtEnd, '');
};

const maxName = 100;

/** Some programs are named with their version: `terraform-provider-kubernetes_v2.38.0_x5`. */
const versionAtEnd = /[-_ ]v?\d+(?:\.\d+)+[^/]*$/;

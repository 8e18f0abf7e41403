/** An image as a pod names it in; the registry and the repository that it stands for, out. */

export interface Image {
  /** Host, with its port where one is written. */
  readonly registry: string;
  /** Registry and path, without tag and digest. */
  readonly repository: string;
}

/**
 * The grammar of https://github.com/distribution/reference: what stands before the first slash is a registry where it
 * looks like a host; without one Docker Hub is meant, whose own images lie in `library/`.
 */
export const imageOf = (text: string): Image | undefined => {
  const name = text.split('@')[0] ?? '';
  const parts = name.split('/');
  const last = parts.at(-1)?.split(':')[0] ?? '';
  if (last === '') return undefined;
  const [host = ''] = parts;
  const isHost = parts.length > 1 && (/[.:]/.test(host) || host === 'localhost');
  const path = [...parts.slice(isHost ? 1 : 0, -1), last];
  const registry = isHost ? host.toLowerCase() : 'docker.io';
  const isOfficial = registry === 'docker.io' && path.length === 1;
  return { registry, repository: [registry, ...(isOfficial ? ['library'] : []), ...path].join('/') };
};

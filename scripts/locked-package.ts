/** Packages that a function's host installs, in; the `package.json` and the lock by which it installs what was tested, out. */
import { readFileSync } from 'node:fs';

interface LockedPackage {
  readonly version: string;
  readonly dev?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Lock {
  readonly lockfileVersion: number;
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

/**
 * `entry` is what else stands in `package.json`. The lock is a part of ours: the packages and all that they need, each at its
 * version and its place.
 */
export const lockedPackage = (
  root: string,
  entry: object,
  names: readonly string[],
): Readonly<Record<'package.json' | 'package-lock.json', string>> => {
  const lock: Lock = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8'));
  const kept = new Map<string, LockedPackage>();
  for (const name of names) keep(lock, '', name, kept);
  const dependencies = Object.fromEntries(
    names.map((name) => [name, kept.get(`node_modules/${name}`)?.version ?? '']),
  );
  const top = { ...entry, dependencies };
  const packages = {
    '': top,
    ...Object.fromEntries([...kept].toSorted(([left], [right]) => (left < right ? -1 : 1))),
  };
  return {
    'package.json': textOf(top),
    'package-lock.json': textOf({
      ...entry,
      lockfileVersion: lock.lockfileVersion,
      requires: true,
      packages,
    }),
  };
};

const textOf = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;

/** As Node finds a package: beside who asks for it, else a folder further up. */
const keep = (lock: Lock, from: string, name: string, kept: Map<string, LockedPackage>): void => {
  const path = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
  const found = lock.packages[path];
  if (!found) {
    if (from === '') throw new Error(`package-lock.json has no ${name}`);
    keep(lock, upFrom(from), name, kept);
    return;
  }
  if (kept.has(path)) return;
  // Whether it is for development here says nothing of what needs it there.
  const { dev, ...locked } = found;
  kept.set(path, locked);
  for (const needed of Object.keys(found.dependencies ?? {})) keep(lock, path, needed, kept);
};

const upFrom = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/node_modules/')));

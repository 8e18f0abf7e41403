/** How far an archive has been carried into a lake, in; what to carry next, the same whoever asks and whenever, out. */
import type { ArchiveStore } from '../../ports.ts';
import type { EventKind } from '../../schema/audit-event.ts';
import { isObject, type JsonValue, numberOf } from '../../schema/json.ts';
import { type Manifest, manifestIn, manifestName, sequencesIn } from '../manifest.ts';

/** The manifest that is next, and how many of its objects have been carried. */
export interface LakePosition {
  readonly sequence: number;
  readonly objects: number;
}

export interface LakeWork {
  /** Of a manifest, so they are there, and nothing is ever added to them. */
  readonly names: readonly string[];
  /** Says which part of the archive it is: the same part has the same name. */
  readonly name: string;
  readonly next: LakePosition;
}

/** Compressed, as they lie in the archive: some 70,000 events, which a function carries in a minute. */
const mostBytes = 8 * 1024 * 1024;
/** Each may be of another account and day, and so of a file of its own. */
const mostObjects = 1_000;

/** From now on: what is in the archive already is not carried. */
export const lakeStart = async (archive: ArchiveStore): Promise<LakePosition> => ({
  sequence: ((await sequencesIn(archive)).at(-1) ?? 0) + 1,
  objects: 0,
});

/** As it was kept; undefined where it is none. */
export const lakePositionIn = (kept: JsonValue | undefined): LakePosition | undefined => {
  if (!isObject(kept)) return undefined;
  const sequence = numberOf(kept['sequence']);
  const objects = numberOf(kept['objects']);
  return sequence === undefined || objects === undefined ? undefined : { sequence, objects };
};

/**
 * Undefined where all is carried that a manifest names. A manifest that cannot be read, which `verify` tells, is passed.
 * @throws KlaxonError of code `archive`.
 */
export const nextWork = async (
  archive: ArchiveStore,
  { sequence, objects }: LakePosition,
  kinds: readonly EventKind[],
): Promise<LakeWork | undefined> => {
  const bytes = await archive.get(manifestName(sequence));
  if (!bytes) return undefined;
  const all = manifestIn(bytes)?.objects ?? [];
  const end = endOf(all, objects);
  const isLast = end >= all.length;
  return {
    names: all.slice(objects, end).flatMap(({ name }) => (isOfKinds(name, kinds) ? [name] : [])),
    name: `${numbered(sequence)}-${numbered(objects)}`,
    next: isLast ? { sequence: sequence + 1, objects: 0 } : { sequence, objects: end },
  };
};

const isOfKinds = (name: string, kinds: readonly EventKind[]): boolean =>
  kinds.some((kind) => name.startsWith(`${kind}/`));

/** At least one, so that it goes on. */
const endOf = (all: Manifest['objects'], from: number): number => {
  let bytes = 0;
  let at = from;
  for (const object of all.slice(from)) {
    bytes += object.bytes;
    if ((at > from && bytes > mostBytes) || at - from === mostObjects) break;
    at++;
  }
  return at;
};

const numbered = (value: number): string => String(value).padStart(10, '0');

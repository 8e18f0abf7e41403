/** An archive in; whether anything in it was removed, changed or added since it was written, out. */
import { type ArchiveStore, isObjectName } from '../ports.ts';
import { contentIn, contentNamed } from './event-object.ts';
import {
  digestOf,
  type Manifest,
  type ManifestEntry,
  manifestFolder,
  manifestIn,
  manifestName,
  sequenceNamed,
  sequencesIn,
} from './manifest.ts';

export interface ArchiveProblem {
  /** `chain`: the manifests do not hang together. `unlisted`: no manifest names the object. */
  readonly problem: 'chain' | 'missing' | 'changed' | 'unlisted';
  readonly name: string;
  readonly detail: string;
}

export interface ArchiveSummary {
  readonly manifests: number;
  readonly objects: number;
  readonly events: number;
  /** As stored. */
  readonly bytes: number;
  readonly problems: Readonly<Record<ArchiveProblem['problem'], number>>;
  /** Digest of the last manifest: whoever keeps it elsewhere can tell later whether the end of the chain was cut off. */
  readonly head: string | undefined;
}

export interface VerifyOptions {
  readonly onProblem: (problem: ArchiveProblem) => void;
  /** The digest of a manifest, as an earlier run told it: it must be part of the chain. */
  readonly head?: string | undefined;
}

/**
 * Reads every object once, and holds the names of all.
 * @throws KlaxonError of code `archive` where the archive cannot be read.
 */
export const verifyArchive = async (store: ArchiveStore, options: VerifyOptions): Promise<ArchiveSummary> => {
  const problems = { chain: 0, missing: 0, changed: 0, unlisted: 0 };
  const report: Report = (problem, name, detail) => {
    problems[problem]++;
    options.onProblem({ problem, name, detail });
  };
  const named = new Set<string>();
  const total = { manifests: 0, objects: 0, events: 0, bytes: 0 };
  const digests: string[] = [];

  for await (const link of linksOf(store, report)) {
    total.manifests++;
    digests.push(link.digest);
    for (const entry of link.manifest?.objects ?? []) {
      if (named.has(entry.name)) continue;
      named.add(entry.name);
      if (!(await isAsNamed(store, entry, report))) continue;
      total.objects++;
      total.events += entry.events;
      total.bytes += entry.bytes;
    }
  }
  for await (const { name } of store.list('')) {
    if (named.has(name) || sequenceNamed(name) !== undefined) continue;
    report('unlisted', name, 'no manifest names it: it came after the last one, or from somebody else');
  }
  if (options.head !== undefined && !digests.includes(options.head))
    report(
      'chain',
      manifestFolder,
      `no manifest has the digest ${options.head}: the chain was cut or written anew`,
    );
  return { ...total, problems, head: digests.at(-1) };
};

type Report = (problem: ArchiveProblem['problem'], name: string, detail: string) => void;

interface Link {
  readonly digest: string;
  /** Undefined where it cannot be read. */
  readonly manifest: Manifest | undefined;
}

/** The manifests in their order, each checked against the one before. */
async function* linksOf(store: ArchiveStore, report: Report): AsyncGenerator<Link> {
  let previous: { readonly sequence: number; readonly digest: string | undefined } = {
    sequence: 0,
    digest: undefined,
  };
  for (const sequence of await sequencesIn(store)) {
    const name = manifestName(sequence);
    reportGap(previous.sequence, sequence, report);
    const bytes = await store.get(name);
    if (!bytes) {
      report('missing', name, 'it was listed, and then it was not there');
      continue;
    }
    const manifest = manifestIn(bytes);
    const digest = digestOf(bytes);
    if (!manifest || manifest.sequence !== sequence)
      report('changed', name, 'not the manifest of its number');
    else if (previous.sequence === sequence - 1 && manifest.previous !== previous.digest)
      report('chain', name, 'the manifest before is not the one that this one followed');
    previous = { sequence, digest };
    yield { digest, manifest };
  }
}

const reportGap = (before: number, sequence: number, report: Report): void => {
  if (sequence <= before + 1) return;
  const count = sequence - before - 1;
  const detail = count === 1 ? 'the chain leaves it out' : `the chain leaves out ${count} from here on`;
  report('missing', manifestName(before + 1), detail);
};

const isAsNamed = async (store: ArchiveStore, entry: ManifestEntry, report: Report): Promise<boolean> => {
  const { name } = entry;
  const content = isObjectName(name) ? contentNamed(name) : undefined;
  if (content?.sha256 !== entry.sha256 || content.events !== entry.events) {
    report('changed', name, 'a manifest names it by another digest or count than its own name');
    return false;
  }
  const bytes = await store.get(name);
  if (!bytes) {
    report('missing', name, 'a manifest names it');
    return false;
  }
  const fault = await faultOf(bytes, entry);
  if (fault !== undefined) report('changed', name, fault);
  return fault === undefined;
};

const faultOf = async (bytes: Uint8Array, entry: ManifestEntry): Promise<string | undefined> => {
  if (bytes.length !== entry.bytes) return `${bytes.length} bytes, it had ${entry.bytes}`;
  const content = await contentIn(bytes);
  if (!content) return 'cannot be unfolded';
  if (content.sha256 !== entry.sha256) return 'what it holds has another digest than its name';
  return content.events === entry.events
    ? undefined
    : `${content.events} lines, its name says ${entry.events}`;
};

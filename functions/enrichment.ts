/** Paths of MMDB files and of IP lists in; the enricher that they make, out. */
import { readFileSync } from 'node:fs';
import { type Enricher, enricherOf } from '../shared/detect/enrich/enricher.ts';
import { noAbilities } from '../shared/detect/enrich/facts.ts';
import { type IpList, ipListOf, joinedList } from '../shared/detect/enrich/ip-list.ts';
import { databaseOf } from '../shared/detect/enrich/mmdb.ts';
import { KlaxonError, SettingsError } from '../shared/errors.ts';
import type { Settings } from '../shared/settings/settings.ts';
import { systemFaultText } from './system-fault.ts';

export interface EnrichmentFlags {
  readonly mmdb: readonly string[];
  readonly ipList: readonly NamedPath[];
}

export interface NamedPath {
  readonly name: string;
  readonly path: string;
}

/**
 * Files of the flags come before those of the settings, so of two that tell the same the flag's counts; two lists of one
 * name are one list. Undefined where there is none.
 * @throws KlaxonError where a file cannot be read or used, SettingsError with every fault of a list.
 */
export const enricherFrom = (
  flags: EnrichmentFlags,
  { enrichment }: Settings,
  onFault: (message: string) => void,
): Enricher | undefined => {
  const databases = [...flags.mmdb, ...enrichment.mmdb];
  const ofSettings = Object.entries(enrichment.ipLists).map(([name, path]) => ({ name, path }));
  const lists = [...flags.ipList, ...ofSettings];
  if (databases.length === 0 && lists.length === 0) return undefined;
  return enricherOf({
    databases: databases.map((path) => databaseOf(path, bytesAt(path))),
    lists: listsFrom(lists),
    onFault,
  });
};

export const abilitiesOf = (enricher: Enricher | undefined) => enricher?.abilities ?? noAbilities;

const listsFrom = (paths: readonly NamedPath[]): ReadonlyMap<string, IpList> => {
  const lists = new Map<string, IpList>();
  for (const { name, path } of paths) {
    const { list, problems } = ipListOf(path, bytesAt(path).toString('utf8'));
    if (problems.length > 0) throw new SettingsError(problems);
    const earlier = lists.get(name);
    lists.set(name, earlier ? joinedList([earlier, list]) : list);
  }
  return lists;
};

const bytesAt = (path: string): Buffer => {
  try {
    return readFileSync(path);
  } catch (thrown) {
    throw new KlaxonError('settings', `cannot read ${path}: ${systemFaultText(thrown)}`, { cause: thrown });
  }
};

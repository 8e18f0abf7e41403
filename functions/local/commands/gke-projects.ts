/** What a command line names of Google Cloud, and what the settings know, in; projects with their clusters out. */
import { KlaxonError } from '../../../shared/errors.ts';
import type { Settings } from '../../../shared/settings/settings.ts';
import type { GkeCluster } from '../../gcp/pull/filter.ts';

export interface ClusterName extends GkeCluster {
  readonly project?: string | undefined;
}

export interface NamedOfGke {
  readonly project: readonly string[];
  readonly cluster: readonly ClusterName[];
}

/** By project: the clusters to read, or none for all of them. `usual` is a project for which nothing has to be named. */
export const projectsOf = (
  { project: named, cluster: clusters }: NamedOfGke,
  settings: Settings,
  usual: string | undefined,
): ReadonlyMap<string, readonly GkeCluster[]> => {
  const known = settings.clusters.filter((cluster) => cluster.cloud === 'gcp');
  const chosen = new Map<string, readonly GkeCluster[]>();
  const add = (project: string, { name, location }: GkeCluster): void => {
    chosen.set(project, [
      ...(chosen.get(project) ?? []),
      { name, ...(location !== undefined && { location }) },
    ]);
  };
  for (const cluster of clusters) {
    if (cluster.project !== undefined) add(cluster.project, cluster);
    else for (const one of placesOf(cluster.name, named, known, usual)) add(one.project, one);
  }
  for (const project of named) if (!chosen.has(project)) chosen.set(project, []);
  if (chosen.size > 0) return chosen;
  for (const cluster of known) add(cluster.project, cluster);
  for (const project of settings.gcp.projects) chosen.set(project, []);
  if (chosen.size === 0 && usual !== undefined) chosen.set(usual, []);
  if (chosen.size > 0) return chosen;
  throw new KlaxonError(
    'settings',
    'name a project with --project, or list clusters of Google Cloud in klaxon.config.yaml',
  );
};

interface Place extends GkeCluster {
  readonly project: string;
}

/** Of a cluster that was named without its project. */
const placesOf = (
  name: string,
  named: readonly string[],
  known: readonly Place[],
  usual: string | undefined,
): readonly Place[] => {
  if (named.length > 0) return named.map((project) => ({ name, project }));
  const listed = known.filter((cluster) => cluster.name === name);
  if (listed.length > 0) return listed;
  if (usual !== undefined) return [{ name, project: usual }];
  throw new KlaxonError('settings', `${name}: name its project with --project`);
};

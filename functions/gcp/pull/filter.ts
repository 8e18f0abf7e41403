/** Clusters and logs in; the filter of Cloud Logging that finds their entries, as a person would write it, out. */
import { KlaxonError } from '../../../shared/errors.ts';
import type { TimeRange } from '../../../shared/pull/source.ts';

interface LogKind {
  /** As `log_id()` has them. */
  readonly logs: readonly string[];
  /** What writes them: https://cloud.google.com/logging/docs/api/v2/resource-list */
  readonly resources: readonly string[];
}

const auditedBy = ['k8s_cluster', 'gke_cluster', 'gke_nodepool'];

/** By the names that audit logs have in Google Cloud; the last three are of Kubernetes itself. */
const kinds = {
  activity: { logs: ['cloudaudit.googleapis.com/activity'], resources: auditedBy },
  data_access: { logs: ['cloudaudit.googleapis.com/data_access'], resources: auditedBy },
  system_event: { logs: ['cloudaudit.googleapis.com/system_event'], resources: auditedBy },
  policy: { logs: ['cloudaudit.googleapis.com/policy'], resources: auditedBy },
  events: { logs: ['events'], resources: ['k8s_cluster', 'k8s_node', 'k8s_pod'] },
  nodes: { logs: ['linux-auditd'], resources: ['k8s_node'] },
  components: {
    logs: ['apiserver', 'controller-manager', 'scheduler'].map((name) => `container.googleapis.com/${name}`),
    resources: ['k8s_control_plane_component'],
  },
} as const satisfies Readonly<Record<string, LogKind>>;

export type GkeLog = keyof typeof kinds;
export const gkeLogs = Object.keys(kinds) as readonly GkeLog[];

export interface GkeCluster {
  readonly name: string;
  readonly location?: string | undefined;
}

/** What is read of a project. */
export interface GkeSelection {
  /** None: all. */
  readonly clusters: readonly GkeCluster[];
  /** Where clusters are that name no location; anywhere if absent. */
  readonly location?: string | undefined;
  readonly logs: readonly GkeLog[];
}

/** Lines, all of which have to hold. @throws KlaxonError of code `settings` where it is longer than Cloud Logging takes. */
export const filterOf = ({ clusters, location, logs }: GkeSelection): string => {
  const chosen = logs.map((log): LogKind => kinds[log]);
  const filter = [
    `(${chosen.flatMap((kind) => kind.logs.map((log) => `log_id(${quoted(log)})`)).join(' OR ')})`,
    `resource.type=${oneOf(chosen.flatMap(({ resources }) => resources))}`,
    ...placeLines(clusters, location),
  ].join('\n');
  if (filter.length > longestFilter)
    throw new KlaxonError(
      'settings',
      `${clusters.length} clusters of one project are too many to be named: leave them out, and all are read`,
    );
  return filter;
};

/** Cloud Logging takes 20,000 characters; two lines that say the time come to these. */
const longestFilter = 19_800;

const placeLines = (clusters: readonly GkeCluster[], location: string | undefined): readonly string[] => {
  const placed = clusters.map((cluster) => ({ name: cluster.name, place: cluster.location ?? location }));
  const places = new Set(placed.length === 0 ? [location] : placed.map(({ place }) => place));
  const [place] = places;
  if (places.size === 1)
    return [
      ...(placed.length === 0 ? [] : [nameIs(oneOf(placed.map(({ name }) => name)))]),
      ...(place === undefined ? [] : [placeIs(place)]),
    ];
  return [`(${placed.map(placeText).join(' OR ')})`];
};

const placeText = ({ name, place }: { readonly name: string; readonly place: string | undefined }): string =>
  place === undefined ? nameIs(quoted(name)) : `(${nameIs(quoted(name))} AND ${placeIs(place)})`;

const nameIs = (value: string): string => `resource.labels.cluster_name=${value}`;
const placeIs = (location: string): string => `resource.labels.location=${quoted(location)}`;

const oneOf = (values: readonly string[]): string => {
  const [first = '', ...others] = new Set(values);
  return others.length === 0 ? quoted(first) : `(${[first, ...others].map(quoted).join(' OR ')})`;
};

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

/** With the time: a client that finds none would ask for the last day. */
export const timedFilter = (filter: string, { from, to }: TimeRange): string =>
  `${filter}\ntimestamp>="${new Date(from).toISOString()}"\ntimestamp<"${new Date(to).toISOString()}"`;

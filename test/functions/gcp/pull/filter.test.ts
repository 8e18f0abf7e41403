/** Filters as a person would write them. */
import { describe, expect, it } from 'vitest';
import { filterOf, type GkeSelection, timedFilter } from '../../../../functions/gcp/pull/filter.ts';

const audit = `(log_id("cloudaudit.googleapis.com/activity") OR log_id("cloudaudit.googleapis.com/data_access"))
resource.type=("k8s_cluster" OR "gke_cluster" OR "gke_nodepool")`;

describe('a filter', () => {
  it.each<[string, Partial<GkeSelection>, string]>([
    ['all clusters', {}, audit],
    ['one cluster', { clusters: [{ name: 'a' }] }, `${audit}\nresource.labels.cluster_name="a"`],
    [
      'clusters of one place',
      { clusters: [{ name: 'a' }, { name: 'b' }], location: 'us-east1' },
      `${audit}\nresource.labels.cluster_name=("a" OR "b")\nresource.labels.location="us-east1"`,
    ],
    [
      'a cluster that says where it is',
      { clusters: [{ name: 'a', location: 'us-east1' }] },
      `${audit}\nresource.labels.cluster_name="a"\nresource.labels.location="us-east1"`,
    ],
    [
      'clusters here and there',
      { clusters: [{ name: 'a', location: 'us-east1' }, { name: 'b' }] },
      `${audit}\n((resource.labels.cluster_name="a" AND resource.labels.location="us-east1") OR resource.labels.cluster_name="b")`,
    ],
    [
      'logs of other kinds',
      { logs: ['events', 'nodes'] },
      '(log_id("events") OR log_id("linux-auditd"))\nresource.type=("k8s_cluster" OR "k8s_node" OR "k8s_pod")',
    ],
    [
      'a log that one kind of resource writes',
      { logs: ['nodes'] },
      '(log_id("linux-auditd"))\nresource.type="k8s_node"',
    ],
    [
      'a name that is none',
      { clusters: [{ name: 'a" OR "\\' }] },
      `${audit}\nresource.labels.cluster_name="a\\" OR \\"\\\\"`,
    ],
  ])('finds %s', (_, selection, filter) => {
    expect(filterOf({ clusters: [], logs: ['activity', 'data_access'], ...selection })).toBe(filter);
  });

  it('says the time to the millisecond, the end being left out', () => {
    expect(timedFilter('x', { from: 0, to: 1 })).toBe(
      'x\ntimestamp>="1970-01-01T00:00:00.000Z"\ntimestamp<"1970-01-01T00:00:00.001Z"',
    );
  });
});

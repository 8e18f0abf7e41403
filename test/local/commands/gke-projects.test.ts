/** What a command line and the settings name of Google Cloud, by project. */
import { describe, expect, it } from 'vitest';
import type { GkeCluster } from '../../../functions/gcp/pull/filter.ts';
import { type NamedOfGke, projectsOf } from '../../../functions/local/commands/gke-projects.ts';
import { settingsOf } from '../../../shared/settings/read-settings.ts';

const none: NamedOfGke = { project: [], cluster: [] };

const listed = `
clusters:
  - { cloud: gcp, name: orders, project: shop-prod, location: europe-west1 }
  - { cloud: gcp, name: orders, project: shop-test, location: us-east1 }
  - { cloud: aws, name: orders, account: "111122223333", region: eu-west-1 }
`;

const chosen = (named: Partial<NamedOfGke>, text = '', usual?: string) =>
  Object.fromEntries(projectsOf({ ...none, ...named }, settingsOf('klaxon.config.yaml', text), usual));

describe('what is read', () => {
  it.each<[string, Partial<NamedOfGke>, string, Record<string, readonly GkeCluster[]>]>([
    ['a project that was named', { project: ['a-one'] }, listed, { 'a-one': [] }],
    [
      'a cluster in each project that was named',
      { project: ['a-one', 'b-two'], cluster: [{ name: 'orders' }, { name: 'billing' }] },
      listed,
      {
        'a-one': [{ name: 'orders' }, { name: 'billing' }],
        'b-two': [{ name: 'orders' }, { name: 'billing' }],
      },
    ],
    [
      'a cluster where its whole name says, and all of a project beside',
      { project: ['a-one'], cluster: [{ name: 'x', location: 'us-east1', project: 'b-two' }] },
      listed,
      { 'b-two': [{ name: 'x', location: 'us-east1' }], 'a-one': [] },
    ],
    [
      'a cluster wherever the settings know it',
      { cluster: [{ name: 'orders' }] },
      listed,
      {
        'shop-prod': [{ name: 'orders', location: 'europe-west1' }],
        'shop-test': [{ name: 'orders', location: 'us-east1' }],
      },
    ],
    [
      'all that the settings list, and whole projects of them',
      {},
      `${listed}gcp: { projects: [shop-test, shop-dev] }\n`,
      { 'shop-prod': [{ name: 'orders', location: 'europe-west1' }], 'shop-test': [], 'shop-dev': [] },
    ],
  ])('is %s', (_, named, settings, expected) => {
    expect(chosen(named, settings, 'usual-one')).toEqual(expected);
  });

  it('is the usual project, or a cluster in it, where the settings know nothing', () => {
    expect(chosen({}, '', 'usual-one')).toEqual({ 'usual-one': [] });
    expect(chosen({ cluster: [{ name: 'x' }] }, '', 'usual-one')).toEqual({ 'usual-one': [{ name: 'x' }] });
  });

  it('has to be named somewhere', () => {
    expect(() => chosen({})).toThrow('name a project with --project');
    expect(() => chosen({ cluster: [{ name: 'x' }] })).toThrow('x: name its project with --project');
  });
});

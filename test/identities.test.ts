/** Lists of identities that rules leave out or look for: whole names, which nobody can come near by a name of their own. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { placeholdersOf } from '../shared/detect/sigma/rule-set.ts';
import { yamlOf } from '../shared/schema/yaml.ts';
import { holds } from './detect/sigma/loading.ts';

const names = [
  'bootstrap_identities',
  'break_glass_admins',
  'builtin_controller_accounts',
  'exec_operators',
  'node_identities',
  'policy_engines',
  'provider_installers',
  'secret_readers',
  'system_controllers',
  'system_namespaces',
  'system_operators',
  'system_principals',
];

const files = names.map((name) => {
  const path = `rules/lists/${name}.yml`;
  return yamlOf(path, readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8'));
});
const { placeholders, problems } = placeholdersOf(files);
const lists: readonly (readonly [string, readonly string[]])[] = [...placeholders];

const isIn = (values: readonly string[], username: string): boolean =>
  holds("user.username|expand: '%list%'", { user: { username } }, { lists: { list: values } });

const serviceAccount = /^system:serviceaccount:([^:]*):([^:]*)$/;
/** Google alone gives out names of these domains, and of projects of its own. */
const ownDomain = /^\*@[a-z-]+(?:\.[a-z-]+)*\.gserviceaccount\.com$/;

/** A name that the value is there for. */
const sampleOf = (value: string): string => value.replaceAll('*', 'sample-1');

describe('the lists of identities', () => {
  it('are all read, and hold no name twice', () => {
    expect(problems).toEqual([]);
    expect(lists.map(([name]) => name)).toEqual(names);
    for (const [name, values] of lists) expect(values.length, name).toBe(new Set(values).size);
  });
});

for (const [name, values] of lists) {
  describe(name, () => {
    it('is anchored: a * stands for all that follows a separator, or before a domain of the provider', () => {
      const loose = values.filter(
        (value) => value.includes('?') || (/(?:^|[^:@-])\*/.test(value) && !ownDomain.test(value)),
      );
      expect(loose).toEqual([]);
    });

    it('names the namespace of a service account whole', () => {
      const accounts = values.filter((value) => value.startsWith('system:serviceaccount:'));
      const loose = accounts.filter((value) => !/^[a-z0-9-]+$/.test(serviceAccount.exec(value)?.[1] ?? ''));
      expect(loose).toEqual([]);
    });

    it('has what it names, and no name that only looks like it', () => {
      for (const value of values) {
        const sample = sampleOf(value);
        expect(isIn([value], sample), sample).toBe(true);
        const lookAlikes = [
          ...(value.startsWith('*') ? [] : [`evil-${sample}`, `evil:${sample}`, ` ${sample}`]),
          ...(value.endsWith('*')
            ? []
            : [`${sample}2`, `${sample}-evil`, `${sample}.example.com`, `${sample} `]),
        ];
        expect(lookAlikes.filter((username) => isIn([value], username))).toEqual([]);
      }
    });

    it('has no service account of a namespace whose name is near', () => {
      for (const value of values) {
        const [, namespace, account] = serviceAccount.exec(sampleOf(value)) ?? [];
        if (namespace === undefined) continue;
        const near = [`${namespace}2`, `${namespace}-evil`, `evil-${namespace}`, '', 'default'];
        const lookAlikes = near.map((other) => `system:serviceaccount:${other}:${account}`);
        expect(lookAlikes.filter((username) => isIn([value], username))).toEqual([]);
      }
    });
  });
}

describe('every name of the cluster itself', () => {
  const own = lists.filter(([name]) => name.startsWith('system_')).flatMap(([, values]) => values);

  it('is one that nobody else can take', () => {
    const lookAlikes = [
      'evil-system:kube-controller-manager',
      'system:kube-controller-manager2',
      'system:kube-schedulers',
      'system:serviceaccount:kube-system2:x',
      'system:serviceaccount:evil-kube-system:x',
      'system:serviceaccount:gke-managed-evil:x',
      'system:serviceaccount:default:kube-system',
      'system:serviceaccount:default:system:node:a',
      'system:nodes:a',
      'eks-evil',
      'my-eks:addon-manager',
      'aksService2',
      'service-1@container-engine-robot.iam.gserviceaccount.com.example.com',
      'dana@example.com',
      'gke-managed-evil',
      'aks-istio-evil',
      'kube-system-2',
      '',
    ];
    expect(lookAlikes.filter((username) => isIn(own, username))).toEqual([]);
  });

  it('is known as it is', () => {
    const known = [
      'system:kube-controller-manager',
      'system:serviceaccount:kube-system:deployment-controller',
      'system:serviceaccount:gke-managed-cim:kube-state-metrics',
      'system:node:ip-192-0-2-1.eu-west-1.compute.internal',
      'eks:addon-manager',
      'service-111122223333@container-engine-robot.iam.gserviceaccount.com',
      'kube-system',
    ];
    expect(known.filter((username) => !isIn(own, username))).toEqual([]);
  });
});

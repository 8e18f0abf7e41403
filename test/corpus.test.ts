/** For every fixture and every example, the whole set of rules that it fires. A surprise here is a bug. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadRules } from '../functions/local/rule-files.ts';
import { decode } from '../shared/decode/decode.ts';
import { createDetector } from '../shared/detect/detect.ts';
import { emptyAccount, nothingSeen, processDelivery } from '../shared/pipeline.ts';
import { jsonLines, klaxon } from './command-line.ts';
import { fixtureNames, fixtureOf } from './normalise/fixtures.ts';
import { sayLeftOut, sharedFolder } from './shared-data.ts';

const { rules } = loadRules({ rules: [], sigma: [], builtin: true });
const detector = createDetector(rules);

/** Ids of the rules that a delivery fires, each with its severity. */
const firedBy = (delivery: unknown): readonly string[] => {
  const fired = new Set<string>();
  processDelivery(decode(delivery), nothingSeen(), emptyAccount(), {
    onEvent: (event) => {
      for (const { rule, severity } of detector.findingsFor(event))
        if (rule.isSilent !== true) fired.add(`${rule.id} (${severity})`);
    },
  });
  return [...fired].toSorted();
};

const root = fileURLToPath(new URL('..', import.meta.url));
const examples = readdirSync(join(root, 'examples'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .toSorted();

describe('the corpus', () => {
  it('fires these rules and no others', async () => {
    const lines = [
      ...fixtureNames.map((name) => `fixtures/${name}: ${firedBy(fixtureOf(name).delivery).join(', ')}`),
      ...examples.map((path) => `${path.slice(root.length)}: ${firedBy(readFileSync(path)).join(', ')}`),
    ];
    await expect(`${lines.map((line) => line.trim()).join('\n')}\n`).toMatchFileSnapshot(
      'corpus.expected.txt',
    );
  });

  it('has examples of every kind, all of which can be read', () => {
    const { status, stdout, stderr } = klaxon([
      'scan',
      join(root, 'examples'),
      '--output',
      'ndjson',
      '--stats',
    ]);
    const stats = JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as Record<string, number>;
    expect(status).toBe(0);
    expect(stats).toMatchObject({ rejected: 0 });
    expect(jsonLines(stdout).length).toBe(stats.alerts);
    expect(stats.alerts).toBeGreaterThan(7);
  });
});

interface AlertLine {
  readonly severity: string;
  readonly rule: { readonly id: string };
  readonly target: { readonly name?: string };
}

const shared = sharedFolder();
if (shared === undefined) sayLeftOut('the recordings of ordinary work, on which rules are to stay quiet');
else {
  describe('ordinary work on a real cluster', () => {
    const alertsOn = (recording: string): readonly string[] => {
      const path = join(shared, 'samples', 'real', recording);
      const alerts = jsonLines<AlertLine>(klaxon(['scan', path, '--output', 'ndjson']).stdout);
      return alerts
        .filter(({ severity }) => severity !== 'informational' && severity !== 'low')
        .map(({ severity, rule, target }) => `${severity} ${rule.id} ${target.name ?? ''}`.trim())
        .toSorted();
    };

    it('raises nothing of medium or above but the installation of an admission webhook', () => {
      expect(alertsOn('idle.jsonl.gz')).toEqual([]);
      expect(alertsOn('benign.jsonl.gz')).toEqual(['medium admission-webhook-written cert-manager-webhook']);
    });

    it('raises on the installation of a cluster what its installer has to answer for', () => {
      expect(alertsOn('setup.jsonl.gz')).toEqual([
        'high cluster-admin-binding jenkins-admin',
        'high cluster-admin-binding platform-admins',
        'high privileged-container kube-proxy',
        'high role-wildcard argocd-application-controller',
        'high role-wildcard deployer',
        'medium dangerous-capabilities aws-node',
        'medium host-network kube-proxy',
        'medium role-sensitive-composite cert-manager-controller',
        'medium role-sensitive-composite rbac-editor',
        'medium serviceaccount-created-system-namespace coredns',
        'medium system-masters-use',
      ]);
    });
  });
}

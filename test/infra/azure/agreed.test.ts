/** What infra/azure and the program must have agreed on: each stands in both, and they are compared. */
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import host from '../../../functions/azure/host.json' with { type: 'json' };
import { tallyOf } from '../../../functions/tally.ts';
import { savedQueries } from '../../../infra/aws/saved-queries.ts';
import { partitionOf } from '../../../shared/archive/partition.ts';
import { eventKinds } from '../../../shared/schema/audit-event.ts';
import { azureDefaults } from '../../../shared/settings/azure.ts';
import {
  alertStream,
  metrics,
  mostPostedBytes,
  receiverPath,
  variables,
} from '../../../shared/settings/environment.ts';
import { Secret } from '../../../shared/settings/secret.ts';
import { expectDefaults, terraformModule } from '../terraform-module.ts';

const module = terraformModule('azure');
const { folder, file, texts, told } = module;

describe('what infra/azure has agreed on with the program', () => {
  it('is what holds where the settings leave something out', () => {
    expectDefaults(module, { azure: azureDefaults });
  });

  it('is what the function is told, and nothing else', () => {
    const { hub, subscription: _, ...others } = variables;
    const ofHub = ['fullyQualifiedNamespace', 'credential', 'clientId'].map((part) => `${hub}__${part}`);
    expect(told).toEqual(new Set([...Object.values(others), ...ofHub]));
  });

  it('is where alerts go in Log Analytics', () => {
    const streams = new Set(texts.flatMap((text) => text.match(/Custom-\w+/g) ?? []));
    expect(streams).toEqual(new Set([alertStream]));
    expect(file('alerts.tf')).toContain(`"${alertStream.replace('Custom-', '')}"`);
  });

  it('is how a token is referred to, and where it is sent', () => {
    const reference = /tokens = .* \? "(.*)" : ""/.exec(file('receiver.tf'))?.[1] ?? '';
    const written = reference
      .replace(`\${local.unique}`, '0a1b2c3d')
      .replace(`\${local.name}`, 'klaxon-production');
    expect(`${written}edge`).toMatch(new RegExp(String(Secret['pattern'])));
    expect(file('outputs.tf')).toContain(`.default_hostname}${receiverPath}"`);
  });

  it('is how much of a request the host reads: no more than the receiver takes', () => {
    const [, limit = ''] = /FUNCTIONS_REQUEST_BODY_SIZE_LIMIT += ([\d* ]+)/.exec(file('compute.tf')) ?? [];
    const bytes = limit.split('*').reduce((product, factor) => product * Number(factor), 1);
    expect(bytes).toBe(mostPostedBytes);
  });

  it('is what alarms and the workbook ask the line of a delivery', () => {
    const text = file('health.tf') + file('dashboard.tf');
    const asked = new Set([...text.matchAll(/line\.(\w+)/g)].map(([, name]) => name));
    const written = [...Object.keys(tallyOf([])), 'message', metrics.dimension];
    expect(asked.size).toBeGreaterThan(6);
    expect([...asked].filter((name) => name === undefined || !written.includes(name))).toEqual([]);
  });

  it('is a log in which these lines are: what is said of a delivery is not sampled away', () => {
    expect(host.logging.applicationInsights.samplingSettings.excludedTypes.split(';')).toContain('Trace');
  });

  it('is how the archive is laid out: its kinds, its columns, its paths', () => {
    const text = file('queries/views.sql');
    const kinds = /for kind in (\[.*?\])/.exec(text)?.[1] ?? '[]';
    for (const kind of JSON.parse(kinds)) expect(eventKinds).toContain(kind);
    const columns = [...text.matchAll(/^ {2}"?(\w+)"? (?:N?VARCHAR|BIGINT|INT|BIT)/gm)].map(
      ([, name]) => name,
    );
    const written = readFileSync(`${folder}../../shared/archive/line.ts`, 'utf8');
    expect(columns).toHaveLength(18);
    for (const column of columns) expect(written).toMatch(new RegExp(`^ {4}${column}:`, 'm'));
    const path = /\$\{kind\}\/(.*)\/\*\.ndjson\.gz/.exec(text)?.[1] ?? '';
    expect(`audit/${path.replaceAll('*', 'unknown')}/`).toBe(partitionOf('audit', {}, undefined));
  });

  it('is which questions are worth keeping, but for who may enter, which Azure decides', () => {
    const names = globSync('queries/*.sql', { cwd: folder })
      .map((path) => path.replace(/^queries\/|\.sql$/g, '').replaceAll('-', ' '))
      .filter((name) => name !== 'views');
    const onAws = savedQueries(false).map(({ name }) =>
      name === 'changes of aws-auth' ? 'changes of kube system configuration' : name,
    );
    expect(names.toSorted()).toEqual(onAws.toSorted());
  });
});

describe('the rights of infra/azure', () => {
  it('are all in the list that a reviewer reads', () => {
    const given = texts.flatMap((text) => [
      ...text.matchAll(/^resource "azurerm_role_assignment" "(\w+)"/gm),
    ]);
    const listed = file('tests/rights.tftest.hcl');
    expect(given).toHaveLength(10);
    expect(
      given
        .map(([, name]) => `azurerm_role_assignment.${name}`)
        .filter((right) => !new RegExp(`\\b${right.replace('.', '\\.')}\\b`).test(listed)),
    ).toEqual([]);
  });

  it('are none that let their holder manage Azure', () => {
    const roles = texts.flatMap((text) =>
      [...text.matchAll(/role(?:_definition_name)?\s*= "([^"]+)"/g)].map(([, role]) => role),
    );
    expect(roles.length).toBeGreaterThan(5);
    expect(
      roles.filter((role) => /^(?:Owner|Contributor|User Access Administrator)$/.test(role ?? '')),
    ).toEqual([]);
    for (const role of roles) expect(role).toMatch(/Data |Secrets User|Metrics Publisher/);
  });

  it('are given to one who has no key', () => {
    for (const text of texts)
      expect(text).not.toMatch(
        /primary_(?:access_key|connection_string|key)\b|default_primary|_shared_key\b/,
      );
  });
});

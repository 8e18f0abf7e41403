/** What infra/gcp and the program must have agreed on: each stands in both, and they are compared. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { savedQueries } from '../../../infra/aws/saved-queries.ts';
import { eventObjectOf } from '../../../shared/archive/event-object.ts';
import { partitionOf } from '../../../shared/archive/partition.ts';
import { eventKinds } from '../../../shared/schema/audit-event.ts';
import {
  drainTask,
  leaseSeconds,
  metrics,
  receiverPath,
  taskPath,
  tasks,
  variables,
} from '../../../shared/settings/environment.ts';
import { gcpDefaults } from '../../../shared/settings/gcp.ts';
import { mapIn } from '../hcl.ts';
import { expectDefaults, terraformModule } from '../terraform-module.ts';

const module = terraformModule('gcp');
const { folder, file, texts, told } = module;

describe('what infra/gcp has agreed on with the program', () => {
  it('is what holds where the settings leave something out', () => {
    expectDefaults(module, { gcp: gcpDefaults });
  });

  it('is what functions are told, and nothing else', () => {
    const { state, archive, deadLetter, sinks, receiver, subscription } = variables;
    expect(told).toEqual(new Set([state, archive, deadLetter, sinks, receiver, subscription]));
  });

  it('is what the clock asks, and by which path', () => {
    expect(Object.keys(mapIn(file('clock.tf'), 'schedules')).toSorted()).toEqual([...tasks].toSorted());
    expect(file('clock.tf')).toContain(`.uri}${taskPath}\${each.key}`);
    expect(file('ingest.tf')).toContain(`.uri}${taskPath}${drainTask}"`);
    expect(file('outputs.tf')).toContain(`.uri}${receiverPath}"`);
  });

  it('is for how long nobody else is handed what is pulled', () => {
    expect(file('ingest.tf')).toContain(`lease_seconds = ${leaseSeconds}\n`);
  });

  it('is what is counted', () => {
    const { namespace: _, dimension, ...counted } = metrics;
    const [, list = ''] = /counted = toset\((\[.*?\])\)/.exec(file('health.tf')) ?? [];
    expect(JSON.parse(list).toSorted()).toEqual(Object.values(counted).toSorted());
    expect(file('health.tf')).toContain(`jsonPayload.${dimension}=`);
  });

  it('is how the archive is laid out: its kinds, its columns, its paths', () => {
    const text = file('bigquery.tf');
    const [, kinds = ''] = /kinds = toset\((\[.*?\])\)/.exec(text) ?? [];
    for (const kind of JSON.parse(kinds)) expect(eventKinds).toContain(kind);
    const columns = Object.keys(mapIn(text, 'columns'));
    const written = readFileSync(`${folder}../../shared/archive/line.ts`, 'utf8');
    for (const column of columns) expect(written).toMatch(new RegExp(`^ {4}${column}:`, 'm'));
    const [, parts = ''] = /partition = (\[.*?\])/.exec(text) ?? [];
    const path = partitionOf('audit', {}, undefined);
    expect(
      `audit/${JSON.parse(parts)
        .map((part: string) => `${part}=unknown/`)
        .join('')}`,
    ).toBe(path);
  });

  it('is an object of no event, which stands in every folder from the beginning and is one of the archive', () => {
    const { name, bytes } = eventObjectOf(partitionOf('audit', {}, undefined), '', 0);
    expect(readFileSync(`${folder}empty.ndjson.gz`)).toEqual(Buffer.from(bytes));
    expect(name).toMatch(
      /\/hour=unknown\/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855-0\.ndjson\.gz$/,
    );
    expect(file('bigquery.tf')).toContain(`/\${sha256("")}-0.ndjson.gz"`);
  });

  it('is which questions are worth keeping, but for who may enter, which IAM decides', () => {
    const names = [...file('queries.tf').matchAll(/^ {4,6}"([a-z ]+)"\s*= /gm)].map(([, name]) => name);
    const onAws = savedQueries(false).map(({ name }) =>
      name === 'changes of aws-auth' ? 'changes of access' : name,
    );
    expect(names.toSorted()).toEqual(onAws.toSorted());
  });
});

describe('the rights of infra/gcp', () => {
  it('are all in the list that a reviewer reads', () => {
    const given = texts.flatMap((text) => [
      ...text.matchAll(/^resource "(google_\w+_iam_member)" "(\w+)"/gm),
    ]);
    const listed = file('tests/rights.tftest.hcl');
    expect(given.length).toBeGreaterThan(15);
    expect(
      given.map(([, type, name]) => `${type}.${name}`).filter((right) => !listed.includes(right)),
    ).toEqual([]);
  });

  it('are added to what a project has, and never put in its place', () => {
    for (const text of texts) expect(text).not.toMatch(/_iam_(?:binding|policy)"/);
  });

  it('are none of the basic roles', () => {
    for (const text of texts) expect(text).not.toMatch(/roles\/(?:owner|editor|viewer)"/);
  });
});

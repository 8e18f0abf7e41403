/** The archive as Athena sees it: where its tables look, that their columns are what is written, and what is asked of them. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tablesOf } from '../../../infra/aws/archive-tables.ts';
import { savedQueries } from '../../../infra/aws/saved-queries.ts';
import { lineOf } from '../../../shared/archive/line.ts';
import { partitionOf } from '../../../shared/archive/partition.ts';
import { decode } from '../../../shared/decode/decode.ts';
import { isEvent, normalise } from '../../../shared/normalise/normalise.ts';
import { isObject, type JsonObject, type JsonValue } from '../../../shared/schema/json.ts';
import { secretRead } from '../../functions/story.ts';
import { ofType, textOf } from './granted.ts';
import { account, everything, here, region, templateOf } from './synthesised.ts';

const forms = ['audit', 'ocsf'] as const;
const orders = `clusters: [{ cloud: aws, name: orders, ${here} }]`;
const templates = {
  audit: templateOf(everything),
  ocsf: templateOf(everything.replace('archive: {', 'archive: { form: ocsf,')),
};

interface TableInput {
  readonly Name: string;
  readonly Parameters: Readonly<Record<string, unknown>>;
  readonly PartitionKeys: readonly { readonly Name: string }[];
  readonly StorageDescriptor: {
    readonly Columns: readonly { readonly Name: string; readonly Type: string }[];
  };
}

const tablesIn = (template: ReturnType<typeof templateOf>): readonly TableInput[] =>
  ofType(template, 'AWS::Glue::Table').map(({ Properties }) => Properties?.['TableInput'] as TableInput);

describe.each(forms)('tables over an archive of the form %s', (form) => {
  const tables = tablesIn(templates[form]);

  it('are these', () => {
    const names = {
      audit: ['audit', 'authentication', 'cloud_api'],
      ocsf: ['api_activity', 'authentication'],
    };
    expect(tables.map(({ Name }) => Name)).toEqual(names[form]);
  });

  it('look where the archive writes what comes on AWS', () => {
    const values: Readonly<Record<string, string>> = {
      cloud: 'aws',
      account,
      region,
      cluster: 'orders',
      date: '2026-03-14',
      hour: '09',
    };
    const folders = tables.flatMap(({ Parameters: parameters }) => {
      const kinds = String(parameters['projection.kind.values'] ?? '').split(',');
      for (const name of ['cloud', 'account', 'region'])
        expect(String(parameters[`projection.${name}.values`]).split(',')).toContain(values[name]);
      return kinds.map((kind) =>
        textOf(parameters['storage.location.template']).replaceAll(
          /\$\{(\w+)\}/g,
          (_, name: string) => ({ kind, ...values })[name] ?? '?',
        ),
      );
    });
    const at = { cloud: 'aws', account, region, cluster: 'orders' } as const;
    const written = (['audit', 'authentication', 'cloud-api'] as const).map(
      (kind) => `s3://<Archive>/${partitionOf(kind, at, Date.UTC(2026, 2, 14, 9, 26))}`,
    );
    expect(folders.toSorted()).toEqual(written);
  });

  it('have no column and part of a path of the same name, which Glue refuses', () => {
    for (const { PartitionKeys, StorageDescriptor } of tables) {
      const names = [...PartitionKeys, ...StorageDescriptor.Columns].map(({ Name }) => Name);
      expect(names).toEqual([...new Set(names)]);
    }
  });

  it('have columns of the types that lines have', () => {
    const met = new Set<unknown>();
    for (const line of linesOf(form)) {
      const kind = kindOf(line);
      const table = tablesOf(form).find(({ kinds }) => kinds.some((one) => one === kind));
      expect(table, String(kind)).toBeDefined();
      for (const [name, type] of Object.entries(table?.columns ?? {}))
        expect(misfits(line[name], type, name), JSON.stringify(line)).toEqual([]);
      met.add(kind);
    }
    expect([...met].toSorted()).toEqual(['audit', 'authentication', 'cloud-api']);
  });
});

describe('tables', () => {
  it('know the clusters of the settings, and want one named where nobody knows them', () => {
    const [known] = tablesIn(templateOf(orders));
    const [unknown] = tablesIn(templates.audit);
    expect(known?.Parameters['projection.cluster.values']).toBe('orders,unknown');
    expect(unknown?.Parameters['projection.cluster.type']).toBe('injected');
  });
});

describe.each(forms)('questions to an archive of the form %s', (form) => {
  it('are kept in a workgroup that encrypts its answers and stops what would read everything', () => {
    templates[form].hasResourceProperties('AWS::Athena::WorkGroup', {
      WorkGroupConfiguration: {
        EnforceWorkGroupConfiguration: true,
        BytesScannedCutoffPerQuery: 107_374_182_400,
        ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: 'SSE_KMS' } },
      },
    });
    const kept = ofType(templates[form], 'AWS::Athena::NamedQuery').map(
      ({ Properties }) => Properties?.['QueryString'],
    );
    expect(kept.toSorted()).toEqual(
      savedQueries(true, form)
        .map(({ sql }) => sql)
        .toSorted(),
    );
    expect(kept).toHaveLength(9);
  });

  it('are the same ones', () => {
    expect(savedQueries(true, form).map(({ name }) => name)).toEqual(
      savedQueries(true).map(({ name }) => name),
    );
  });

  it('name a date, and a cluster where the table wants one', () => {
    for (const { sql } of savedQueries(true, form))
      expect(sql).toContain('WHERE cluster = \'NAME\'\n  AND "date" >=');
    for (const { sql } of savedQueries(false, form)) expect(sql).toContain('WHERE "date" >=');
  });

  it('ask for what the table has, and lines as well, however deep it lies', () => {
    const [table] = tablesOf(form);
    const ofTable = new Set(pathsOf(table?.columns ?? {}));
    const requests = linesOf(form).filter((line) => kindOf(line) === 'audit');
    for (const { sql } of savedQueries(false, form)) {
      const paths = pathsIn(sql);
      expect(paths.length).toBeGreaterThan(3);
      for (const path of paths) {
        expect([...ofTable], sql).toContain(path);
        expect(
          requests.some((line) => has(line, path.split('.'))),
          `${path} in ${sql}`,
        ).toBe(true);
      }
    }
  });
});

/** What a query asks of a line, as a path; parts of the archive's paths and its own names left out. */
const pathsIn = (sql: string): readonly string[] => {
  const own = new Set([
    'api_activity',
    'audit',
    'kind',
    'cluster',
    'date',
    'current_date',
    'day',
    'interval',
    'refused',
  ]);
  const named = sql
    .replaceAll(/element_at\((\w+), 1\)/g, '$1')
    .replaceAll(/'[^']*'|AS \w+|ORDER BY .*|\d\w*/g, '');
  return [...new Set([...named.matchAll(/\b[a-z_]+(?:\.[a-z_]+)*\b(?!\()/g)].map(([path]) => path))].filter(
    (path) => !own.has(path),
  );
};

const has = (value: JsonValue | undefined, [name, ...rest]: readonly string[]): boolean => {
  if (name === undefined) return value !== undefined;
  if (Array.isArray(value)) return value.some((one) => has(one, [name, ...rest]));
  return isObject(value) && has(value[name], rest);
};

/** Every path of a table that a query can name; those into a list are of its members. */
const pathsOf = (columns: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(columns).flatMap(([name, type]) => {
    const members = membersOf(type.replace(/^array<(.*)>$/, '$1'));
    return [name, ...pathsOf(members ?? {}).map((path) => `${name}.${path}`)];
  });

/** Of a struct in Hive's words; undefined of anything else. */
const membersOf = (type: string): Readonly<Record<string, string>> | undefined => {
  const inner = /^struct<(.*)>$/.exec(type)?.[1];
  if (inner === undefined) return undefined;
  const members: string[] = [''];
  let depth = 0;
  for (const character of inner) {
    if (character === '<') depth++;
    if (character === '>') depth--;
    if (character === ',' && depth === 0) members.push('');
    else members.push(`${members.pop()}${character}`);
  }
  return Object.fromEntries(
    members.map((member) => [member.slice(0, member.indexOf(':')), member.slice(member.indexOf(':') + 1)]),
  );
};

const scalars: Readonly<Record<string, (value: JsonValue) => boolean>> = {
  // An object stands in a column of texts as its text.
  string: (value) => typeof value === 'string' || isObject(value),
  boolean: (value) => typeof value === 'boolean',
  int: (value) => Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31,
  bigint: (value) => Number.isSafeInteger(value),
};

/** Where a value is not of a type. What is absent is NULL in any column. */
const misfits = (value: JsonValue | undefined, type: string, path: string): readonly string[] => {
  if (value === undefined || value === null) return [];
  const members = membersOf(type);
  if (members) {
    if (!isObject(value)) return [path];
    return Object.entries(members).flatMap(([name, of]) => misfits(value[name], of, `${path}.${name}`));
  }
  const item = /^array<(.*)>$/.exec(type)?.[1];
  if (item !== undefined)
    return Array.isArray(value) ? value.flatMap((one) => misfits(one, item, `${path}[]`)) : [path];
  return scalars[type]?.(value) ? [] : [path];
};

const kindOf = (line: JsonObject): unknown => {
  const { unmapped } = line;
  const klaxon = isObject(unmapped) ? unmapped['klaxon'] : undefined;
  return isObject(klaxon) ? klaxon['kind'] : line['kind'];
};

const examples = new URL('../../../examples/', import.meta.url);
const files = [
  'eks/cloudwatch-subscription.json',
  'authenticator/authenticator.log',
  'cloudtrail/111122223333_CloudTrail_eu-west-1_20260314T0930Z.json.gz',
];

/** A request that came by way of a proxy, as none of the examples did. */
const throughProxy = { ...secretRead(0, 'a'), sourceIPs: ['192.0.2.7', '198.51.100.1'] };

/** What the archive holds of the examples of AWS. */
const linesOf = (form: (typeof forms)[number]): readonly JsonObject[] =>
  [throughProxy, ...files.map((file) => readFileSync(new URL(file, examples)))].flatMap((delivery) =>
    decode(delivery).records.flatMap((record) => {
      const event = normalise(record);
      if (typeof event === 'string' || !isEvent(event)) return [];
      return [JSON.parse(lineOf(form, record, event) ?? '{}')];
    }),
  );

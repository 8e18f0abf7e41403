/** The archive as tables that Athena finds without being told of new folders, and questions that are worth keeping. */
import { Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { CfnNamedQuery, CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Settings } from '../../shared/settings/settings.ts';
import { type Archive, closedBucket } from './archive.ts';
import { type ArchiveTable, tablesOf } from './archive-tables.ts';
import type { Place } from './place.ts';
import { savedQueries } from './saved-queries.ts';

export interface Athena {
  readonly workGroup: CfnWorkGroup;
}

/** For each part of an object's path, how Athena knows what is there without asking. */
type Projection = Readonly<Record<string, string>>;

const oneOf = (values: readonly string[]): Projection => ({ type: 'enum', values: values.join() });

/** Stands in a path for what a log did not state: shared/archive/partition.ts. */
const unknown = 'unknown';

type Projections = Readonly<Record<string, Projection>>;

const projectionsOf = (place: Place, archiveDays: number): Projections => {
  // Every value more is as many folders more to look into, so what cannot be there is not named.
  const hasOthers = place.senders.length > 0 || place.buckets.length > 0;
  const orUnknown = (value: string): Projection => oneOf(hasOthers ? [value, unknown] : [value]);
  return {
    cloud: orUnknown('aws'),
    account: orUnknown(place.account),
    region: orUnknown(place.region),
    cluster: knowsClusters(place)
      ? oneOf([...place.clusters.map(({ name }) => name), ...place.senders, unknown])
      : { type: 'injected' },
    date: {
      type: 'date',
      format: 'yyyy-MM-dd',
      range: `NOW-${archiveDays}DAYS,NOW+1DAYS`,
      interval: '1',
      'interval.unit': 'DAYS',
    },
    hour: { type: 'integer', range: '0,23', digits: '2' },
  };
};

/** Of a whole account, and of what others write into buckets, nobody knows the clusters in advance. */
const knowsClusters = ({ all, buckets }: Place): boolean => all === undefined && buckets.length === 0;

export const athenaIn = (
  stack: Stack,
  key: Key,
  place: Place,
  archive: Archive,
  settings: Pick<Settings, 'archive' | 'retention'>,
): Athena => {
  const { form } = settings.archive;
  const databaseName = stack.stackName.replaceAll('-', '_');
  const database = new CfnDatabase(stack, 'Database', {
    catalogId: stack.account,
    databaseInput: { name: databaseName, description: 'The archive of Klaxon' },
  });
  const projections = projectionsOf(place, settings.retention.archiveDays);
  for (const table of tablesOf(form)) tableIn(stack, database, table, projections, archive);
  const workGroup = workGroupIn(stack, key, archive);
  for (const { name, description, sql } of savedQueries(!knowsClusters(place), form)) {
    const query = new CfnNamedQuery(stack, `Query-${name.replaceAll(' ', '-')}`, {
      name,
      description,
      queryString: sql,
      database: databaseName,
      workGroup: workGroup.name,
    });
    query.addResourceDependency(workGroup);
  }
  return { workGroup };
};

const tableIn = (
  stack: Stack,
  database: CfnDatabase,
  { name, description, kinds, columns }: ArchiveTable,
  ofPaths: Projections,
  { bucket }: Archive,
): void => {
  const root = `s3://${bucket.bucketName}/`;
  const [only, ...others] = kinds;
  // A table of several folders has the first part of a path for a column as well.
  const isOfOne = others.length === 0;
  const folder = isOfOne ? only : `\${kind}`;
  const projections: Projections = isOfOne ? ofPaths : { kind: oneOf(kinds), ...ofPaths };
  const parts = Object.keys(projections);
  const path = Object.keys(ofPaths).map((part) => `${part}=\${${part}}`);
  new CfnTable(stack, `Table-${name.replaceAll('_', '-')}`, {
    catalogId: stack.account,
    databaseName: database.ref,
    tableInput: {
      name,
      description,
      tableType: 'EXTERNAL_TABLE',
      partitionKeys: parts.map((name) => ({ name, type: 'string' })),
      parameters: {
        classification: 'json',
        compressionType: 'gzip',
        'projection.enabled': 'true',
        'storage.location.template': `${root}${[folder, ...path].join('/')}/`,
        ...Object.fromEntries(
          Object.entries(projections).flatMap(([name, projection]) =>
            Object.entries(projection).map(([key, value]) => [`projection.${name}.${key}`, value]),
          ),
        ),
      },
      storageDescriptor: {
        location: isOfOne ? `${root}${only}/` : root,
        inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
        outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
        serdeInfo: { serializationLibrary: 'org.openx.data.jsonserde.JsonSerDe' },
        columns: Object.entries(columns).map(([name, type]) => ({ name, type })),
      },
    },
  });
};

/** Athena is paid by what it reads: a query without a date is stopped at some fifty cents. */
const mostBytesRead = 100 * 1024 ** 3;

const workGroupIn = (stack: Stack, key: Key, archive: Archive): CfnWorkGroup => {
  const results = new Bucket(stack, 'Results', {
    ...closedBucket(key, archive.accessLog, 'results/'),
    lifecycleRules: [{ id: 'end', expiration: Duration.days(30) }],
    removalPolicy: RemovalPolicy.RETAIN,
  });
  return new CfnWorkGroup(stack, 'WorkGroup', {
    name: stack.stackName,
    description: 'Questions to the archive of Klaxon',
    workGroupConfiguration: {
      enforceWorkGroupConfiguration: true,
      publishCloudWatchMetricsEnabled: true,
      bytesScannedCutoffPerQuery: mostBytesRead,
      resultConfiguration: {
        outputLocation: `s3://${results.bucketName}/`,
        encryptionConfiguration: { encryptionOption: 'SSE_KMS', kmsKey: key.keyArn },
      },
    },
  });
};

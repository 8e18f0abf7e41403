/** The archive as tables that Athena finds without being told of new folders, and questions that are worth keeping. */
import { Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { CfnNamedQuery, CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { type Archive, closedBucket } from './archive.ts';
import type { Place } from './place.ts';
import { savedQueries } from './saved-queries.ts';

export interface Athena {
  readonly workGroup: CfnWorkGroup;
}

/** Kinds of events that come on AWS; each has a folder of its own in the archive. */
const kinds = ['audit', 'authentication', 'cloud-api'] as const;

/** As a line of the archive has them: shared/schema/archived-line.ts. */
const columns = {
  id: 'string',
  time: 'bigint',
  dialect: 'string',
  actor: 'string',
  cloud_identity: 'string',
  ips: 'array<string>',
  user_agent: 'string',
  verb: 'string',
  api_group: 'string',
  resource: 'string',
  subresource: 'string',
  namespace: 'string',
  name: 'string',
  result: 'string',
  code: 'int',
  truncated: 'boolean',
  redacted: 'boolean',
  line: 'string',
};

/** For each part of an object's path, how Athena knows what is there without asking. */
type Projection = Readonly<Record<string, string>>;

const oneOf = (values: readonly string[]): Projection => ({ type: 'enum', values: values.join() });

/** Stands in a path for what a log did not state: shared/archive/partition.ts. */
const unknown = 'unknown';

const projectionsOf = (place: Place, archiveDays: number): Readonly<Record<string, Projection>> => {
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
  archiveDays: number,
): Athena => {
  const databaseName = stack.stackName.replaceAll('-', '_');
  const database = new CfnDatabase(stack, 'Database', {
    catalogId: stack.account,
    databaseInput: { name: databaseName, description: 'The archive of Klaxon' },
  });
  for (const kind of kinds) tableIn(stack, database, databaseName, kind, place, archive, archiveDays);
  const workGroup = workGroupIn(stack, key, archive);
  for (const { name, description, sql } of savedQueries(!knowsClusters(place))) {
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
  databaseName: string,
  kind: (typeof kinds)[number],
  place: Place,
  { bucket }: Archive,
  archiveDays: number,
): void => {
  const projections = projectionsOf(place, archiveDays);
  const parts = Object.keys(projections);
  const root = `s3://${bucket.bucketName}/${kind}/`;
  const table = new CfnTable(stack, `Table-${kind}`, {
    catalogId: stack.account,
    databaseName,
    tableInput: {
      name: kind.replaceAll('-', '_'),
      description: `Events of the kind ${kind}; what a line has is told in docs/archive.md`,
      tableType: 'EXTERNAL_TABLE',
      partitionKeys: parts.map((name) => ({ name, type: 'string' })),
      parameters: {
        classification: 'json',
        compressionType: 'gzip',
        'projection.enabled': 'true',
        'storage.location.template': `${root}${parts.map((name) => `${name}=\${${name}}`).join('/')}/`,
        ...Object.fromEntries(
          Object.entries(projections).flatMap(([name, projection]) =>
            Object.entries(projection).map(([key, value]) => [`projection.${name}.${key}`, value]),
          ),
        ),
      },
      storageDescriptor: {
        location: root,
        inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
        outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
        serdeInfo: { serializationLibrary: 'org.openx.data.jsonserde.JsonSerDe' },
        columns: Object.entries(columns).map(([name, type]) => ({ name, type })),
      },
    },
  });
  table.addResourceDependency(database);
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

/** Alarms and what sets them off; tables over the archive and the questions that are kept. */
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { savedQueries } from '../../../infra/aws/saved-queries.ts';
import { partitionOf } from '../../../shared/archive/partition.ts';
import { ofType, textOf } from './granted.ts';
import { account, everything, here, region, templateOf } from './synthesised.ts';

const template = templateOf(everything);
const orders = `clusters: [{ cloud: aws, name: orders, ${here} }]`;

describe('alarms', () => {
  const alarms = ofType(template, 'AWS::CloudWatch::Alarm').map(({ Properties = {} }) => Properties);

  it('are these', () => {
    const names = alarms.map(({ AlarmName }) => String(AlarmName).replace('klaxon-production-', ''));
    expect(names.toSorted()).toEqual([
      'clock-errors',
      'clock-throttles',
      'dead-letter',
      'deliveries-errors',
      'deliveries-throttles',
      'events-dropped',
      'failed-lost',
      'iterator-age',
      'receiver-errors',
      'receiver-fails',
      'receiver-throttles',
      'refused-orders',
      'refused-shop',
      'rejected',
      'silence',
    ]);
  });

  it('say what to do, and tell a topic that CloudWatch may write to', () => {
    for (const alarm of alarms) {
      expect(String(alarm['AlarmDescription']).length).toBeGreaterThan(40);
      expect(JSON.stringify(alarm['AlarmActions'])).toContain('AlarmTopic');
    }
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Action: 'sns:Publish',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': account } },
          }),
        ]),
      },
    });
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
            Principal: { Service: 'cloudwatch.amazonaws.com' },
          }),
        ]),
      },
    });
  });

  it('go to a topic of yours where the settings name one', () => {
    const arn = `arn:aws:sns:${region}:${account}:on-call`;
    const own = templateOf(`${orders}\naws: { alarms: "${arn}" }`);
    own.resourceCountIs('AWS::SNS::Topic', 0);
    for (const { Properties } of ofType(own, 'AWS::CloudWatch::Alarm'))
      expect(Properties?.['AlarmActions']).toEqual([arn]);
  });

  it('take no word for no log: that nothing is counted is the silence itself', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'klaxon-production-silence',
      Namespace: 'Klaxon',
      MetricName: 'received',
      Dimensions: [{ Name: 'environment', Value: 'production' }],
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      TreatMissingData: 'breaching',
    });
  });

  it('go off with the first dead letter', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'klaxon-production-dead-letter',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 0,
      EvaluationPeriods: 1,
    });
  });

  it('measure refusals of a cluster by its own habit', () => {
    template.hasResourceProperties('AWS::Logs::MetricFilter', {
      LogGroupName: '/aws/eks/orders/cluster',
      FilterPattern: '{ ($.responseStatus.code = 401) || ($.responseStatus.code = 403) }',
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'klaxon-production-refused-orders',
      ComparisonOperator: 'GreaterThanUpperThreshold',
      Metrics: Match.arrayWith([
        Match.objectLike({ Expression: Match.stringLikeRegexp('^ANOMALY_DETECTION_BAND') }),
      ]),
    });
  });
});

describe('tables', () => {
  const tables = ofType(template, 'AWS::Glue::Table').map(
    ({ Properties }) => Properties?.['TableInput'] as Readonly<Record<string, unknown>>,
  );
  const parametersOf = (table: Readonly<Record<string, unknown>> | undefined) =>
    table?.['Parameters'] as Readonly<Record<string, unknown>>;

  it('are one for each kind of event that comes on AWS', () => {
    expect(tables.map(({ Name }) => Name)).toEqual(['audit', 'authentication', 'cloud_api']);
  });

  it('look where the archive writes', () => {
    const parameters = parametersOf(tables[0]);
    const values: Readonly<Record<string, string>> = {
      cloud: 'aws',
      account,
      region,
      cluster: 'orders',
      date: '2026-03-14',
      hour: '09',
    };
    const folder = textOf(parameters['storage.location.template']).replaceAll(
      /\$\{(\w+)\}/g,
      (_, name: string) => values[name] ?? '?',
    );
    const written = partitionOf(
      'audit',
      { cloud: 'aws', account, region, cluster: 'orders' },
      Date.UTC(2026, 2, 14, 9, 26),
    );
    expect(folder).toBe(`s3://<Archive>/${written}`);
    for (const name of ['cloud', 'account', 'region'])
      expect(String(parameters[`projection.${name}.values`]).split(',')).toContain(values[name]);
  });

  it('know the clusters of the settings, and want one named where nobody knows them', () => {
    const known = templateOf(`${orders}`);
    const [audit] = ofType(known, 'AWS::Glue::Table');
    const input = audit?.Properties?.['TableInput'] as Readonly<Record<string, unknown>>;
    expect(parametersOf(input)['projection.cluster.values']).toBe('orders,unknown');
    expect(parametersOf(tables[0])['projection.cluster.type']).toBe('injected');
    for (const { sql } of savedQueries(true)) expect(sql).toContain("cluster = 'NAME'");
  });

  it('are not made over an archive in OCSF', () => {
    const ocsf = templateOf(`${orders}\narchive: { form: ocsf }`);
    ocsf.resourceCountIs('AWS::Glue::Table', 0);
    ocsf.resourceCountIs('AWS::Athena::WorkGroup', 0);
  });
});

describe('questions', () => {
  it('are kept in a workgroup that encrypts its answers and stops what would read everything', () => {
    template.hasResourceProperties('AWS::Athena::WorkGroup', {
      WorkGroupConfiguration: {
        EnforceWorkGroupConfiguration: true,
        BytesScannedCutoffPerQuery: 107_374_182_400,
        ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: 'SSE_KMS' } },
      },
    });
    template.resourceCountIs('AWS::Athena::NamedQuery', savedQueries(false).length);
  });

  it('ask for columns that the table has, and for a date', () => {
    const columns = new Set(
      ((tableColumns() as readonly { readonly Name: string }[]) ?? []).map(({ Name }) => Name),
    );
    for (const { sql } of savedQueries(false)) {
      expect(sql).toContain('"date" >=');
      const condition = sql.split('WHERE')[1]?.split(/GROUP BY|ORDER BY/)[0] ?? '';
      for (const [, column = ''] of condition.matchAll(/AND ([a-z_]+) (?:=|IN|>=)/g))
        expect([...columns], sql).toContain(column);
    }
  });
});

const tableColumns = (): unknown => {
  const [table] = ofType(template, 'AWS::Glue::Table');
  const input = table?.Properties?.['TableInput'] as {
    readonly StorageDescriptor: { readonly Columns: unknown };
  };
  return input.StorageDescriptor.Columns;
};

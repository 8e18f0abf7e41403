/** Alarms and what sets them off; tables over the archive and the questions that are kept. */
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ofType } from './granted.ts';
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

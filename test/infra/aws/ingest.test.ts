/** How logs come, by what the settings ask for; and how the clock is asked. */
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { SettingsError } from '../../../shared/errors.ts';
import { ofType, resourcesIn, rightsIn, textOf } from './granted.ts';
import { everything, here, region, stacksOf, templateOf } from './synthesised.ts';

const orders = `{ cloud: aws, name: orders, ${here} }`;

describe('a log group', () => {
  it('calls the function itself, with every line, once the function lets it', () => {
    const template = templateOf(`clusters: [${orders}]`);
    template.hasResource('AWS::Logs::SubscriptionFilter', {
      Properties: {
        LogGroupName: '/aws/eks/orders/cluster',
        FilterPattern: '',
        DestinationArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Deliveries'), 'Arn'] },
        RoleArn: Match.absent(),
      },
      DependsOn: ['LogsMayCall'],
    });
    template.resourceCountIs('AWS::Kinesis::Stream', 0);
  });

  it('goes through a stream that waits, gives up single records and forgets none of them', () => {
    const template = templateOf(
      `clusters: [{ cloud: aws, name: shop, ${here}, ingest: kinesis, logGroup: /own }]`,
    );
    template.hasResourceProperties('AWS::Logs::SubscriptionFilter', {
      LogGroupName: '/own',
      Distribution: 'Random',
      RoleArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^LogsToStreamRole'), 'Arn'] },
    });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 10,
      DestinationConfig: {
        OnFailure: { Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Failed'), 'Arn'] } },
      },
    });
    template.hasResourceProperties('AWS::Kinesis::Stream', {
      StreamModeDetails: { StreamMode: 'ON_DEMAND' },
      StreamEncryption: { EncryptionType: 'KMS', KeyId: Match.anyValue() },
      RetentionPeriodHours: 72,
    });
    expect(Object.keys(resourcesIn(template))).not.toContain('LogsMayCall');
  });

  it('is read by one policy for the whole account where the settings name the account, and by no filter besides', () => {
    const template = templateOf(`clusters: [${orders}]\naws: { accounts: [{ ${here}, ingest: kinesis }] }`);
    template.resourceCountIs('AWS::Logs::SubscriptionFilter', 0);
    const [policy] = ofType(template, 'AWS::Logs::AccountPolicy');
    expect(policy?.Properties).toMatchObject({ PolicyType: 'SUBSCRIPTION_FILTER_POLICY', Scope: 'ALL' });
    expect(textOf(policy?.Properties?.['PolicyDocument'])).toBe(
      '{"DestinationArn":"<Stream>","FilterPattern":"%audit.k8s.io/v1|^time=.*level=.*msg=%","RoleArn":"<LogsToStreamRole>","Distribution":"Random"}',
    );
  });

  it('of our own is never read by such a policy: it would grow by being read', () => {
    const template = templateOf(
      `clusters: [${orders}, { cloud: self-managed, name: edge }]\nreceiver: { cloud: aws, ${here} }\naws: { accounts: [{ ${here} }] }`,
    );
    const [policy] = ofType(template, 'AWS::Logs::AccountPolicy');
    const left = String(policy?.Properties?.['SelectionCriteria']);
    expect(left).toMatch(/^LogGroupName NOT IN \[/);
    for (const { Properties } of ofType(template, 'AWS::Logs::LogGroup'))
      expect(left).toContain(`"${String(Properties?.['LogGroupName'])}"`);
  });

  it('of a cluster that is named, and of no other, may be read by who fetches what was missed', () => {
    const readers = (settings: string): readonly string[] =>
      rightsIn(templateOf(settings)).filter((right) => right.includes('logs:FilterLogEvents'));
    expect(readers(`clusters: [${orders}]\naws: { accounts: [{ ${here} }] }`)).toEqual([
      'ClockRole: logs:FilterLogEvents -> arn:Partition:logs:eu-west-1:111122223333:log-group:/aws/eks/orders/cluster:*',
    ]);
    expect(readers(`aws: { accounts: [{ ${here} }] }`)).toEqual([]);
  });

  it('is made, and its logs are turned on in EKS, before it is read', () => {
    const template = templateOf(
      `clusters: [{ cloud: aws, name: orders, ${here}, turnOn: [audit, authenticator] }]`,
    );
    template.hasResourceProperties('Custom::ControlPlaneLogs', {
      cluster: 'orders',
      logGroup: '/aws/eks/orders/cluster',
      logs: ['audit', 'authenticator'],
    });
    template.hasResource('AWS::Logs::SubscriptionFilter', { DependsOn: Match.arrayWith(['TurnOnorders']) });
    template.hasResource('AWS::Logs::MetricFilter', { DependsOn: ['TurnOnorders'] });
  });
});

describe('functions', () => {
  const template = templateOf(everything);

  it('run on Node 24 and arm64, as large and as many as the settings say', () => {
    const functions = ofType(template, 'AWS::Lambda::Function').map(({ Properties = {} }) => Properties);
    for (const each of functions)
      expect(each).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'handler.handler',
      });
    expect(functions.map(({ MemorySize }) => MemorySize).toSorted()).toEqual([256, 512, 512, 512]);
    expect(functions.filter((each) => each['ReservedConcurrentExecutions'] === 20)).toHaveLength(1);
  });

  it('that are called without being waited for are called three times, and then what they were told is kept', () => {
    const configs = ofType(template, 'AWS::Lambda::EventInvokeConfig').map(
      ({ Properties = {} }) => Properties,
    );
    expect(configs).toHaveLength(2);
    for (const config of configs) {
      expect(config).toMatchObject({ MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 21_600 });
      expect(JSON.stringify(config['DestinationConfig'])).toMatch(/"OnFailure".*"Failed/);
    }
  });

  it('log for as long as is said, rounded up to what CloudWatch knows', () => {
    for (const { Properties } of ofType(template, 'AWS::Logs::LogGroup'))
      expect(Properties?.['RetentionInDays']).toBe(30);
    const long = templateOf(`clusters: [${orders}]\nretention: { logDays: 10000 }`);
    for (const { Properties } of ofType(long, 'AWS::Logs::LogGroup'))
      expect(Properties?.['RetentionInDays']).toBeUndefined();
  });
});

describe('EventBridge', () => {
  const template = templateOf(everything);
  const rules = ofType(template, 'AWS::Events::Rule').map(({ Properties = {} }) => Properties);

  it('asks the clock for silence every five minutes, for a manifest and for Security Lake every hour, and for a whole manifest every day', () => {
    const asked = rules
      .filter((rule) => rule['ScheduleExpression'] !== undefined)
      .map((rule) => {
        const [target] = rule['Targets'] as readonly { readonly Input: string }[];
        return `${String(rule['ScheduleExpression'])} ${target?.Input}`;
      });
    expect(asked.toSorted()).toEqual([
      'cron(10 * * * ? *) {"klaxon":"manifest"}',
      'cron(25 * * * ? *) {"klaxon":"security-lake"}',
      'cron(40 3 * * ? *) {"klaxon":"whole-manifest"}',
      'rate(5 minutes) {"klaxon":"tick"}',
    ]);
  });

  it('puts what it cannot hand over into the dead letter', () => {
    const targets = rules.flatMap((rule) => rule['Targets'] as readonly Record<string, unknown>[]);
    const toFunctions = targets.filter((target) => /Deliveries|Clock/.test(JSON.stringify(target['Arn'])));
    expect(toFunctions).toHaveLength(8);
    for (const target of toFunctions)
      expect(JSON.stringify(target['DeadLetterConfig'])).toContain('DeadLetter');
  });

  it('brings new objects of the buckets of the settings', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { bucket: { name: ['example-eks-logs'] }, object: { key: [{ prefix: 'eks/' }] } },
      },
    });
  });

  it('brings of CloudTrail nothing, what changes clusters, or all there is on them', () => {
    const trailOf = (choice: string) =>
      ofType(templateOf(`clusters: [${orders}]\naws: { cloudTrail: ${choice} }`), 'AWS::Events::Rule')
        .map(({ Properties }) => Properties)
        .filter((rule) => JSON.stringify(rule).includes('CloudTrail'));
    expect(trailOf('none')).toEqual([]);
    expect(trailOf('changes').map((rule) => rule?.['State'])).toEqual(['ENABLED', 'ENABLED']);
    expect(trailOf('all').map((rule) => rule?.['State'])).toEqual(
      Array.from({ length: 3 }, () => 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'),
    );
  });
});

describe('the receiver', () => {
  const template = templateOf(everything);

  it('takes posts for a cluster, so many a second, and notes each', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: 'POST /audit/{cluster}' });
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      DefaultRouteSettings: { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 30 },
      AccessLogSettings: { DestinationArn: Match.anyValue(), Format: Match.anyValue() },
    });
  });

  it('gives each cluster a token of its own, which nobody has ever seen', () => {
    template.hasResourceProperties('AWS::SecretsManager::Secret', {
      Name: 'klaxon-production/receiver/edge',
      GenerateSecretString: { ExcludePunctuation: true, PasswordLength: 48 },
      KmsKeyId: Match.anyValue(),
    });
  });

  it('is not there where nobody sends anything: then nothing here can be reached from outside', () => {
    const closed = templateOf(`clusters: [${orders}, { cloud: self-managed, name: edge }]`);
    const types = Object.values(resourcesIn(closed)).map(({ Type }) => Type);
    expect(types.filter((type) => /ApiGateway|Lambda::Url|SecretsManager/.test(type))).toEqual([]);
  });
});

describe('places', () => {
  it('have a stack each, and nothing in one needs another', () => {
    const other = 'account: "444455556666", region: us-east-1';
    const stacks = stacksOf(
      `clusters: [${orders}, { cloud: aws, name: shop, ${other} }]\naws: { accounts: [{ ${other} }] }`,
    );
    expect(stacks.map(({ node, stackName }) => `${node.id} ${stackName}`)).toEqual([
      `klaxon-production-111122223333-${region} klaxon-production`,
      'klaxon-production-444455556666-us-east-1 klaxon-production',
    ]);
    expect(stacks.flatMap(({ dependencies }) => dependencies)).toEqual([]);
    expect(stacks.every(({ terminationProtection }) => terminationProtection)).toBe(true);
  });

  it('must be there, and senders must have names that a path can hold', () => {
    const faultOf = (settings: string): string => {
      try {
        stacksOf(settings);
        return '';
      } catch (thrown) {
        if (!(thrown instanceof SettingsError)) throw thrown;
        return thrown.message;
      }
    };
    expect(faultOf('clusters: [{ cloud: self-managed, name: edge }]')).toMatch(/nothing of AWS is here/);
    expect(
      faultOf(`clusters: [{ cloud: self-managed, name: "the/edge" }]\nreceiver: { cloud: aws, ${here} }`),
    ).toMatch(/^klaxon.config.yaml:1:35: a cluster that sends its logs to AWS is named by/);
  });
});

describe('Security Lake', () => {
  const source = `class: apiActivity, location: "s3://aws-security-data-lake-example/ext/klaxon-api/", role: "arn:aws:iam::111122223333:role/AmazonSecurityLake-Provider-klaxon-api-eu-west-1"`;

  it('is filled every hour after the manifest, by the clock, in the role of each source', () => {
    const template = templateOf(
      `clusters: [${orders}]\naws: { securityLake: [{ ${here}, ${source} }, { account: "444455556666", region: eu-west-1, ${source} }] }`,
    );
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'cron(25 * * * ? *)',
      Targets: [
        Match.objectLike({
          Input: '{"klaxon":"security-lake"}',
          Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Clock'), 'Arn'] },
          DeadLetterConfig: Match.anyValue(),
        }),
      ],
    });
    expect(rightsIn(template).filter((right) => right.includes('sts:'))).toEqual([
      'ClockRole: sts:AssumeRole -> arn:aws:iam::111122223333:role/AmazonSecurityLake-Provider-klaxon-api-eu-west-1',
    ]);
  });

  it('is not spoken of where the settings have none', () => {
    const template = templateOf(`clusters: [${orders}]`);
    expect(JSON.stringify(template.toJSON())).not.toContain('security-lake');
    expect(rightsIn(template).filter((right) => right.includes('sts:'))).toEqual([]);
  });
});

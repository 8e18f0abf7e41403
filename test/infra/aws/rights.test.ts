/** Who may do what in the account that Klaxon is deployed to: all of it, in one list, and nothing by a wildcard. */
import { Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { actionsOf, allowedIn, ofType, resourcesIn, rightsIn, textOf } from './granted.ts';
import { everything, here, stackOf, templateOf } from './synthesised.ts';

const stack = stackOf(everything);
const template = Template.fromStack(stack);

describe('rights', () => {
  it('are these, role by role, and no others', async () => {
    await expect(`${rightsIn(template).join('\n')}\n`).toMatchFileSnapshot('rights.expected.txt');
  });

  it('name every action, but for what a key and a bucket say of their own account', () => {
    const wild = allowedIn(template).filter((statement) =>
      actionsOf(statement).some((action) => action.includes('*')),
    );
    for (const { id, Principal } of wild) {
      expect(id).toBe('Key');
      expect(textOf((Principal as { readonly AWS: unknown }).AWS)).toMatch(/:iam::111122223333:root$/);
    }
  });

  it('reach into no other account, and are given to nobody outside', () => {
    for (const { id, Principal } of allowedIn(template)) {
      if (Principal === undefined) continue;
      const { AWS: account, Service: service } = Principal as Readonly<Record<string, unknown>>;
      const isOurs = account !== undefined && /^arn:.*:iam::111122223333:root$/.test(textOf(account));
      expect(isOurs || typeof service === 'string', `${id} trusts ${JSON.stringify(Principal)}`).toBe(true);
    }
  });

  it('let a function be called only by what is named, in this account', () => {
    const permissions = ofType(template, 'AWS::Lambda::Permission');
    expect(permissions.length).toBeGreaterThan(5);
    for (const { Properties = {} } of permissions) {
      expect(Properties['Action']).toBe('lambda:InvokeFunction');
      expect(Properties['SourceArn']).toBeDefined();
    }
    const logs = permissions.find(({ Properties }) => Properties?.['Principal'] === 'logs.amazonaws.com');
    expect(logs?.Properties).toMatchObject({ SourceAccount: '111122223333' });
  });

  it('are as few where less is asked for', () => {
    const rights = rightsIn(templateOf(`clusters: [{ cloud: aws, name: orders, ${here} }]`));
    const roles = new Set(rights.map((right) => right.split(':')[0]));
    expect([...roles]).toEqual(['ClockRole', 'DeliveriesRole']);
    expect(rights.filter((right) => /sns|kinesis|secrets|securityhub|eks:|events:/.test(right))).toEqual([]);
  });
});

describe('the template', () => {
  it('is made of these resources', async () => {
    const counts = new Map<string, number>();
    for (const { Type } of Object.values(resourcesIn(template)))
      counts.set(Type, (counts.get(Type) ?? 0) + 1);
    const list = [...counts].toSorted().map(([type, count]) => `${count} ${type}`);
    await expect(`${list.join('\n')}\n`).toMatchFileSnapshot('resources.expected.txt');
  });

  it('has nothing that cdk-nag finds, but what is argued', () => {
    const { violations } = new AwsSolutionsChecks(stack).validateScope(stack);
    expect(violations).toEqual([]);
  });

  it('is excepted from these rules of cdk-nag, each with a sentence that says why, and from no others', () => {
    const exceptions = stack.node
      .findAll()
      .flatMap((construct) =>
        construct.node.metadata
          .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
          .flatMap(({ data }) => Object.entries(data as Readonly<Record<string, string>>)),
      );
    for (const [rule, reason] of exceptions) expect(reason, rule).toMatch(/^[A-Z].{20,}\.$/);
    expect(
      [...new Set(exceptions.map(([rule]) => rule.replace(/^Annotation::|\[.*/g, '')))].toSorted(),
    ).toEqual([
      'AwsSolutions-APIG4',
      'AwsSolutions-IAM5',
      'AwsSolutions-KDS3',
      'AwsSolutions-SMG4',
      'AwsSolutions-SQS3',
    ]);
  });

  it('holds no secret, neither as it is nor by a reference that is read when it is deployed', () => {
    const text = JSON.stringify(template.toJSON());
    expect(text).not.toContain('{{resolve:');
    expect(text).toContain('aws:secretsmanager:klaxon-production/receiver/');
    expect(text).not.toContain('"SecretString"');
  });
});

/** Findings as Security Hub takes them. */
import { describe, expect, it } from 'vitest';
import { findingToAsff } from '../../shared/alert/asff-finding.ts';
import { exampleAlert, noon } from './example.ts';

const owner = { account: '999988887777', region: 'eu-central-1', partition: 'aws' } as const;
const told = noon + 5000;

describe('a finding', () => {
  it('says what the alert does, in the words of the format', () => {
    expect(findingToAsff(exampleAlert(), owner, told)).toMatchObject({
      SchemaVersion: '2018-10-08',
      Id: exampleAlert().id,
      ProductArn: 'arn:aws:securityhub:eu-central-1:999988887777:product/999988887777/default',
      AwsAccountId: '999988887777',
      GeneratorId: 'klaxon/door-opened',
      Types: ['TTPs/Execution'],
      CreatedAt: '2026-01-02T12:00:00.000Z',
      UpdatedAt: '2026-01-02T12:00:05.000Z',
      FirstObservedAt: '2026-01-02T12:00:00.000Z',
      Severity: { Label: 'MEDIUM', Original: 'medium' },
      Title: 'MEDIUM: A door was opened',
      Description: 'Somebody opened a door that is usually shut.',
      Remediation: {
        Recommendation: { Text: 'Look who it was. Shut it.', Url: 'https://docs.example.com/doors' },
      },
      Resources: [{ Type: 'AwsEksCluster', Id: 'prod', Partition: 'aws', Region: 'eu-central-1' }],
      ProductFields: { 'klaxon/what': 'get pods/exec shop/web-0: sh -c id -> 101' },
    });
  });

  it('states no time that the log did not, but for its own making, which the format asks for', () => {
    const alert = { ...exampleAlert(), time: undefined, firstSeen: undefined, lastSeen: 1e300 };
    expect(findingToAsff(alert, owner, told)).toMatchObject({
      CreatedAt: '2026-01-02T12:00:05.000Z',
      FirstObservedAt: undefined,
      LastObservedAt: undefined,
    });
  });

  it('is of a kind and a resource where the rule and the log name none', () => {
    const alert = exampleAlert();
    const bare = {
      ...alert,
      rule: { ...alert.rule, tags: [], references: ['not a url'] },
      cloud: undefined,
      cluster: undefined,
      account: undefined,
      why: ' ',
    };
    const finding = findingToAsff(bare, owner, told);
    expect(finding).toMatchObject({
      Types: ['Unusual Behaviors'],
      Description: 'MEDIUM: A door was opened',
      Resources: [{ Type: 'Other', Id: 'cluster not stated' }],
    });
    expect(finding.Remediation?.Recommendation).not.toHaveProperty('Url');
  });
});

/**
 * An alert in, a finding in the AWS Security Finding Format out, which Security Hub takes:
 * https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html
 */
import type { CloudName } from '../schema/raw-record.ts';
import type { Severity } from '../schema/severity.ts';
import type { Alert } from './alert.ts';
import { attackOf } from './attack.ts';
import { calendarTime, descriptionOf, fieldsOf } from './finding-text.ts';
import { cutTo, printable } from './printable.ts';
import { titleOf } from './sinks/fitted-message.ts';

/** Of a value in ProductFields, which may be 50. */
const maxField = 2048;

/** In whose name findings are imported: only an account's own are taken. */
export interface FindingOwner {
  readonly account: string;
  readonly region: string;
  readonly partition: 'aws' | 'aws-cn' | 'aws-us-gov';
}

/** `now` is when Security Hub is told, epoch milliseconds: of two tellings of one finding it takes the later. */
export const findingToAsff = (alert: Alert, { account, region, partition }: FindingOwner, now: number) => {
  const severity = { Label: labels[alert.severity], Original: alert.severity };
  const types = typesOf(alert);
  return {
    SchemaVersion: '2018-10-08',
    Id: alert.id,
    ProductArn: `arn:${partition}:securityhub:${region}:${account}:product/${account}/default`,
    ProductName: 'Klaxon',
    CompanyName: 'Klaxon',
    GeneratorId: cutTo(512, `klaxon/${printable(alert.rule.id)}`),
    AwsAccountId: account,
    Types: types,
    CreatedAt: calendarTime(alert.firstSeen ?? alert.time) ?? new Date(now).toISOString(),
    UpdatedAt: new Date(now).toISOString(),
    FirstObservedAt: calendarTime(alert.firstSeen),
    LastObservedAt: calendarTime(alert.lastSeen),
    Severity: severity,
    // By these the two above are told apart from what a person made of them.
    FindingProviderFields: { Severity: severity, Types: types },
    Title: cutTo(256, titleOf(alert)),
    Description: cutTo(1024, descriptionOf(alert)),
    Remediation: remediationOf(alert),
    ProductFields: Object.fromEntries(
      fieldsOf(alert, maxField).map(([label, text]) => [`klaxon/${label}`, text]),
    ),
    Resources: [{ ...resourceOf(alert), Partition: partition, Region: region }],
    RecordState: 'ACTIVE' as const,
  };
};

const labels: Readonly<Record<Severity, 'CRITICAL' | 'HIGH' | 'MEDIUM' | 'LOW' | 'INFORMATIONAL'>> = {
  critical: 'CRITICAL',
  high: 'HIGH',
  medium: 'MEDIUM',
  low: 'LOW',
  informational: 'INFORMATIONAL',
};

/** `TTPs/Execution`: namespace and category of the format's own taxonomy. At most 50 are taken. */
const typesOf = ({ rule }: Alert): string[] => {
  const types = attackOf(rule.tags).tactics.map(({ name }) => `TTPs/${name}`);
  return types.length > 0 ? types.slice(0, 50) : ['Unusual Behaviors'];
};

const remediationOf = ({ respond, rule }: Alert) => {
  if (respond.length === 0) return undefined;
  const [reference = ''] = rule.references;
  return {
    Recommendation: {
      Text: cutTo(512, respond.map(printable).join(' ')),
      ...(/^https:\/\/\S{1,500}$/.test(reference) && { Url: reference }),
    },
  };
};

/** The format's own names; whatever has none is `Other`. */
const clusterTypes: Readonly<Record<CloudName, string>> = {
  aws: 'AwsEksCluster',
  azure: 'Other',
  gcp: 'Other',
};

const resourceOf = ({ cloud, cluster, clusterId, account }: Alert) => ({
  Type: cloud === undefined || cluster === undefined ? 'Other' : clusterTypes[cloud],
  Id: cutTo(512, printable([clusterId, cluster, account].find(Boolean) ?? 'cluster not stated')),
});

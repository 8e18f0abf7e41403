/**
 * An alert in, a finding of Security Command Center out, as its API v2 takes it:
 * https://cloud.google.com/security-command-center/docs/reference/rest/v2/organizations.sources.locations.findings
 */
import type { Severity } from '../schema/severity.ts';
import type { Alert } from './alert.ts';
import { attackOf } from './attack.ts';
import { calendarTime, descriptionOf, fieldsOf } from './finding-text.ts';
import { cutTo, printable } from './printable.ts';

/**
 * Its id, which is the alert's, stands in the path it is sent to. `now` is when Security Command Center is told, epoch
 * milliseconds. The documentation states no lengths: those of Security Hub are kept to.
 */
export const findingToScc = (alert: Alert, now: number) => ({
  state: 'ACTIVE' as const,
  findingClass: 'THREAT' as const,
  category: cutTo(255, printable(alert.rule.title)),
  resourceName: cutTo(512, printable(resourceOf(alert))),
  severity: severities[alert.severity],
  eventTime: calendarTime(alert.lastSeen ?? alert.time) ?? new Date(now).toISOString(),
  description: cutTo(1024, descriptionOf(alert)),
  nextSteps: cutTo(2048, alert.respond.map(printable).join('\n')),
  mitreAttack: tacticsOf(alert),
  access: accessOf(alert),
  kubernetes: objectsOf(alert),
  sourceProperties: Object.fromEntries(
    fieldsOf(alert, maxField).map(([label, text]) => [label.replace(/\W/g, '_'), text]),
  ),
});

const maxField = 2048;

/** There is none below LOW. */
const severities: Readonly<Record<Severity, 'CRITICAL' | 'HIGH' | 'MEDIUM' | 'LOW'>> = {
  critical: 'CRITICAL',
  high: 'HIGH',
  medium: 'MEDIUM',
  low: 'LOW',
  informational: 'LOW',
};

/** What is not of Google Cloud may be called as one likes. */
const resourceOf = ({ clusterId, cluster, account }: Alert): string =>
  [clusterId, cluster, account].find(Boolean) ?? 'cluster not stated';

/** Of ATT&CK's tactics those that Security Command Center has a name for; by their ids, for names change. */
const tacticNames: Readonly<Record<string, string>> = {
  TA0043: 'RECONNAISSANCE',
  TA0042: 'RESOURCE_DEVELOPMENT',
  TA0001: 'INITIAL_ACCESS',
  TA0002: 'EXECUTION',
  TA0003: 'PERSISTENCE',
  TA0004: 'PRIVILEGE_ESCALATION',
  TA0005: 'DEFENSE_EVASION',
  TA0006: 'CREDENTIAL_ACCESS',
  TA0007: 'DISCOVERY',
  TA0008: 'LATERAL_MOVEMENT',
  TA0009: 'COLLECTION',
  TA0011: 'COMMAND_AND_CONTROL',
  TA0010: 'EXFILTRATION',
  TA0040: 'IMPACT',
};

const tacticsOf = ({ rule }: Alert) => {
  const names = new Set(attackOf(rule.tags).tactics.flatMap(({ uid }) => tacticNames[uid] ?? []));
  const [primaryTactic, ...additionalTactics] = names;
  return primaryTactic === undefined ? undefined : { primaryTactic, additionalTactics };
};

const shown = (text: string | undefined): string | undefined =>
  text === undefined || text === '' ? undefined : cutTo(maxField, printable(text));

/** Google's identities are e-mail addresses; one of another cloud has no place but among the source's own properties. */
const accessOf = ({ actor, client, action }: Alert) => ({
  principalEmail: isEmail(actor.cloudIdentity) ? shown(actor.cloudIdentity) : undefined,
  userName: shown(actor.name),
  callerIp: shown(client.ips[0]),
  userAgent: shown(client.userAgent),
  methodName: shown(action.verb),
});

const isEmail = (text = ''): boolean => /^[^\s@/]+@[^\s@/]+$/.test(text);

/** Only objects for which there is a place by their kind: a request names a resource, not a kind. */
const objectsOf = ({ target: { group, resource, namespace, name } }: Alert) => {
  if (name === undefined) return undefined;
  const object = { ns: shown(namespace), name: shown(name) };
  switch (`${group ?? ''}/${resource ?? ''}`) {
    case '/pods':
      return { pods: [object] };
    case 'rbac.authorization.k8s.io/roles':
      return { roles: [{ kind: 'ROLE', ...object }] };
    case 'rbac.authorization.k8s.io/clusterroles':
      return { roles: [{ kind: 'CLUSTER_ROLE', ...object }] };
    case 'rbac.authorization.k8s.io/rolebindings':
    case 'rbac.authorization.k8s.io/clusterrolebindings':
      return { bindings: [object] };
    default:
      return undefined;
  }
};

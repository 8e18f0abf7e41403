/** An alert in, one OCSF 1.8.0 Detection Finding (2004) out. */
import type { RuleSource } from '../detect/rule.ts';
import { cloudOf } from '../schema/ocsf/event-frame.ts';
import { isIp } from '../schema/ocsf/network-endpoint.ts';
import type { OcsfEvent } from '../schema/ocsf/ocsf-event.ts';
import type { Severity } from '../schema/severity.ts';
import type { Alert } from './alert.ts';
import { type Attack, attackOf, attackVersion } from './attack.ts';
import { messageOf } from './message.ts';

const severityIds: Readonly<Record<Severity, number>> = {
  informational: 1,
  low: 2,
  medium: 3,
  high: 4,
  critical: 5,
};

const analyticCategories: Readonly<Record<RuleSource, string>> = {
  builtin: 'klaxon',
  sigma: 'sigma',
  falco: 'falco',
};

/** `version` is that of the product. */
export const findingToOcsf = (alert: Alert, version: string): OcsfEvent => {
  const cloud = cloudOf(alert);
  return {
    class_uid: 2004,
    category_uid: 2,
    activity_id: 1,
    type_uid: 200401,
    severity_id: severityIds[alert.severity],
    status_id: 1,
    time: Math.trunc(alert.time ?? 0),
    message: messageOf(alert).find(({ label }) => label === 'what')?.lines[0] ?? alert.rule.title,
    count: alert.count,
    is_alert: true,
    // Klaxon sees what happened and stops nothing.
    action_id: 3,
    disposition_id: 19,
    cloud,
    metadata: {
      version: '1.8.0',
      uid: alert.id,
      product: { name: 'Klaxon', vendor_name: 'Klaxon', version },
      profiles: cloud ? ['cloud', 'security_control'] : ['security_control'],
    },
    finding_info: {
      uid: alert.id,
      title: alert.rule.title,
      desc: alert.why,
      first_seen_time: alert.firstSeen,
      last_seen_time: alert.lastSeen,
      analytic: {
        uid: alert.rule.id,
        name: alert.rule.title,
        type_id: 1,
        category: analyticCategories[alert.rule.source],
      },
      attacks: attacksOf(attackOf(alert.rule.tags)),
      related_events: alert.events.map(({ id }) => ({ uid: id })),
      related_events_count: alert.count,
    },
    evidences: [evidenceOf(alert)],
    resources: resourcesOf(alert),
    remediation:
      alert.respond.length === 0
        ? undefined
        : {
            desc: alert.respond.join('\n'),
            references: alert.rule.references.length > 0 ? alert.rule.references : undefined,
          },
  };
};

/** One entry a technique; a rule that names tactics alone gives one entry of those. */
const attacksOf = ({ tactics, techniques }: Attack) => {
  const [tactic] = tactics;
  if (techniques.length === 0) return tactics.map((one) => ({ tactic: one, version: attackVersion }));
  return techniques.map((id) => {
    const [uid] = id.split('.');
    return {
      tactic,
      technique: { uid },
      sub_technique: id.includes('.') ? { uid: id } : undefined,
      version: attackVersion,
    };
  });
};

const evidenceOf = ({ actor, client, action, target, outcome, events }: Alert) => {
  const ip = client.ips.find(isIp);
  return {
    actor:
      actor.name === undefined
        ? undefined
        : { user: { name: actor.name, uid: actor.uid, uid_alt: actor.cloudIdentity } },
    api:
      action.verb === undefined
        ? undefined
        : { operation: action.verb, request: { uid: events[0]?.id ?? action.verb } },
    src_endpoint: ip === undefined ? undefined : { ip },
    data: { actor, client, action, target, outcome },
  };
};

const resourcesOf = ({ target, cluster, clusterId }: Alert) => {
  const path = [
    target.group,
    target.version,
    target.namespace,
    target.resource,
    target.name,
    target.subresource,
  ];
  const own = path.filter(Boolean).join('/');
  const resources = [
    ...(own === ''
      ? []
      : [{ uid: own, name: target.name, namespace: target.namespace, type: target.resource, role_id: 1 }]),
    ...(cluster === undefined
      ? []
      : [{ uid: clusterId ?? cluster, name: cluster, type: 'cluster', role_id: 4 }]),
  ];
  return resources.length === 0 ? undefined : resources;
};

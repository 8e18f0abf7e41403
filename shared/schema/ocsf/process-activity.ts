/** One AuditEvent of kind process in, one OCSF Process Activity (1007) out, if the record says what that class requires. */
import type { AuditEvent } from '../audit-event.ts';
import { type JsonObject, objectOf, someTextOf, textOf } from '../json.ts';
import {
  cloudOf,
  frameOf,
  klaxonOf,
  metadataOf,
  type OcsfClass,
  profilesOf,
  statusOf,
  timeOf,
} from './event-frame.ts';
import type { OcsfEvent } from './ocsf-event.ts';

const processActivity: OcsfClass = {
  uid: 1007,
  name: 'Process Activity',
  category: { uid: 1, name: 'System Activity' },
};

/** A process without a pid, a node without a name or an actor of whom nothing is known makes no Process Activity. */
export const processActivityOf = (event: AuditEvent): OcsfEvent | undefined => {
  const { origin, outcome } = event;
  const native = event.native ?? {};
  const fields = objectOf(native.jsonPayload) ?? {};
  const pid = numberIn(fields._PID);
  const device = deviceOf(native, fields);
  const actor = actorOf(event, fields);
  if (pid === undefined || !device || !actor) return undefined;
  const isLaunch = isExecve(fields);
  return {
    ...frameOf(processActivity, isLaunch ? [1, 'Launch'] : [0, 'Unknown']),
    ...statusOf(outcome),
    time: timeOf(event),
    launch_type_id: isLaunch ? 3 : undefined,
    launch_type: isLaunch ? 'Exec' : undefined,
    message: textOf(fields.MESSAGE),
    metadata: metadataOf(event, {
      profiles: [...(profilesOf(event) ?? []), 'linux/linux_users'],
      event_code: someTextOf(fields._AUDIT_TYPE_NAME),
    }),
    cloud: cloudOf(origin),
    device,
    actor,
    process: processOf(event, fields, pid),
    unmapped: {
      native: event.native,
      klaxon: { ...klaxonOf(event), cluster: origin.cluster, clusterId: origin.clusterId },
    },
  };
};

const numberIn = (value: JsonObject[string]): number | undefined => {
  const text = textOf(value);
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
};

const deviceOf = (native: JsonObject, fields: JsonObject) => {
  const labels = objectOf(native.labels);
  const name =
    someTextOf(fields._HOSTNAME) ??
    someTextOf(labels?.['compute.googleapis.com/resource_name']) ??
    someTextOf(labels?.['kubernetes.io/node_name']);
  const instanceId = someTextOf(objectOf(objectOf(native.resource)?.labels)?.instance_id);
  if (name === undefined && instanceId === undefined) return undefined;
  const hostname = name !== undefined && hostnameForm.test(name) ? name : undefined;
  return { type_id: 1, type: 'Server', name, hostname, instance_uid: instanceId };
};

const hostnameForm =
  /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$/;

/** auditd's word for a process that nobody logged in for: -1 as an unsigned number. */
const noLogin = '4294967295';

/** Who asked for the process: its parent, and the user who once logged in. */
const actorOf = ({ actor }: AuditEvent, fields: JsonObject) => {
  const parent = numberIn(fields._PPID);
  const login = actor.uid === noLogin ? undefined : (actor.uid ?? someTextOf(fields._UID));
  if (parent === undefined && login === undefined) return undefined;
  return {
    process: parent === undefined ? undefined : { pid: parent },
    user: login === undefined ? undefined : { uid: login },
  };
};

const processOf = ({ action, target }: AuditEvent, fields: JsonObject, pid: number) => {
  const uid = someTextOf(fields._UID);
  return {
    pid,
    name: someTextOf(fields._COMM),
    cmd_line: action.command?.join(' '),
    file:
      target.name === undefined
        ? undefined
        : { name: target.name.slice(target.name.lastIndexOf('/') + 1), path: target.name, type_id: 1 },
    user: uid === undefined ? undefined : { uid },
    auid: numberIn(fields._AUDIT_LOGINUID),
    euid: numberIn(fields._EUID),
    egid: numberIn(fields._EGID),
  };
};

/** execve and execveat by architecture, as the kernel numbers them. */
const execCalls: ReadonlySet<string> = new Set([
  'c000003e/59',
  'c000003e/322',
  'c00000b7/221',
  'c00000b7/281',
]);

const isExecve = (fields: JsonObject): boolean =>
  fields._AUDIT_TYPE_NAME === 'EXECVE' ||
  execCalls.has(`${textOf(fields._AUDIT_FIELD_ARCH)}/${textOf(fields._AUDIT_FIELD_SYSCALL)}`);

/** One OCSF 1.8.0 event in; the same event as version 1.5.0 or 1.1.0 allows it, for Security Lake and its like, out. */
import { isObject } from '../json.ts';
import { type OcsfEvent, type OcsfVersion, unknownName } from './ocsf-event.ts';

/** Drops or widens what the older version does not know; never invents a value for what it requires. */
export const downVersion = (event: OcsfEvent, version: OcsfVersion): OcsfEvent => shims[version](event);

const shims: Readonly<Record<OcsfVersion, (event: OcsfEvent) => OcsfEvent>> = {
  '1.8.0': (event) => event,
  '1.5.0': (event) => to150(event),
  '1.1.0': (event) => to110(to150(event)),
};

type Part = Readonly<Record<string, unknown>>;
type Change = (part: Part) => Part;

/** Undefined is absent once it is JSON, and cheaper than taking the key away. */
const without =
  (...names: readonly string[]): Change =>
  (part) => {
    if (!names.some((name) => part[name] !== undefined)) return part;
    const copy: Record<string, unknown> = { ...part };
    for (const name of names) copy[name] = undefined;
    return copy;
  };

const only = (...names: readonly string[]): Change => {
  const kept = new Set(names);
  return (part) => Object.fromEntries(Object.entries(part).filter(([name]) => kept.has(name)));
};

/** Changes these parts of a whole, where it has them; a list is changed member by member. */
const within = (changes: Readonly<Record<string, Change>>): Change => {
  const entries = Object.entries(changes);
  return (whole) => {
    const copy: Record<string, unknown> = { ...whole };
    for (const [name, change] of entries) {
      if (copy[name] !== undefined) copy[name] = changeOf(copy[name], change);
    }
    return copy;
  };
};

const changeOf = (part: unknown, change: Change): unknown => {
  if (Array.isArray(part)) return part.map((member) => changeOf(member, change));
  return typeof part === 'object' && part !== null ? change(part as Part) : part;
};

/** An id that the older enumeration ends before is 99, Other. */
const widened =
  (name: string, last: number): Change =>
  (part) => {
    const id = part[name];
    return typeof id === 'number' && id > last ? { ...part, [name]: 99 } : part;
  };

/** PATCH came with 1.6. */
const httpRequest150: Change = (request) =>
  request.http_method === 'PATCH' ? { ...request, http_method: undefined } : request;

const user150 = widened('type_id', 3);
const actor150 = within({
  user: user150,
  authorizations: within({ policy: without('type') }),
});

const resource150 = without('role', 'role_id');

const parts150 = within({
  metadata: without('original_event_uid', 'log_format', 'is_truncated'),
  user: user150,
  actor: actor150,
  http_request: httpRequest150,
  authentication_token: widened('type_id', 5),
  resources: resource150,
  evidences: within({ actor: actor150, http_request: httpRequest150, resources: resource150 }),
  finding_info: within({ analytic: without('state', 'state_id') }),
});

const root150 = without('launch_type', 'launch_type_id', 'raw_data_hash');

/** An activity that the class of the older version does not know is Other: here the last that it knows. */
const lastActivities150: ReadonlyMap<number, number> = new Map([[4002, 8]]);
const lastActivities110: ReadonlyMap<number, number> = new Map([[6002, 4]]);

const withActivity = (event: OcsfEvent, lastActivities: ReadonlyMap<number, number>): OcsfEvent => {
  const last = lastActivities.get(event.class_uid);
  if (last === undefined || event.activity_id <= last || event.activity_id === 99) return event;
  return {
    ...event,
    activity_id: 99,
    activity_name: 'Other',
    type_uid: event.class_uid * 100 + 99,
    type_name: `${event.class_name}: Other`,
  };
};

const to150 = (event: OcsfEvent): OcsfEvent => {
  const known = withActivity(event, lastActivities150);
  return versioned(known, root150(parts150(known)), '1.5.0');
};

/** Account types ended at AWS Account: a subscription and a project are Other. */
const account110 = within({ account: widened('type_id', 10) });

const evidence110 = only(
  'actor',
  'api',
  'connection_info',
  'data',
  'dst_endpoint',
  'file',
  'process',
  'query',
  'src_endpoint',
);

const finding110 = only(
  'analytic',
  'attacks',
  'created_time',
  'data_sources',
  'desc',
  'first_seen_time',
  'kill_chain',
  'last_seen_time',
  'modified_time',
  'product_uid',
  'related_analytics',
  'related_events',
  'src_url',
  'title',
  'types',
  'uid',
);

const findingParts110 = within({
  analytic: widened('type_id', 4),
  related_events: only('attacks', 'kill_chain', 'observables', 'product_uid', 'type', 'type_uid', 'uid'),
});

/** A product must have a vendor, and nobody says who makes what runs in a cluster. */
const app110: Change = (app) => ({ ...app, vendor_name: app.vendor_name ?? unknownName });

const parts110 = within({
  cloud: account110,
  user: account110,
  resources: without('uid_alt'),
  app: app110,
  evidences: evidence110,
  finding_info: (finding) => findingParts110(finding110(finding)),
});

const root110 = without('authentication_token', 'is_alert');
const action110 = widened('action_id', 2);
const decision110 = without('action', 'action_id', 'disposition', 'disposition_id');

/** In 1.1 only processes and findings know the profile security_control. */
const decidingClasses: ReadonlySet<number> = new Set([1007, 2004]);

const to110 = (event: OcsfEvent): OcsfEvent => {
  const known = withActivity(event, lastActivities110);
  const whole = versioned(known, action110(root110(parts110(known))), '1.1.0');
  if (decidingClasses.has(event.class_uid)) return whole;
  const profiles = whole.metadata.profiles?.filter((profile) => profile !== 'security_control');
  const metadata = { ...whole.metadata, profiles: profiles?.length ? profiles : undefined };
  return { ...whole, ...decision110(whole), metadata };
};

const versioned = (event: OcsfEvent, parts: Part, version: OcsfVersion): OcsfEvent => ({
  ...event,
  ...parts,
  metadata: { ...event.metadata, ...(isObject(parts.metadata) && parts.metadata), version },
});

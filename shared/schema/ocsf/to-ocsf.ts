/** One AuditEvent in, the OCSF event that publishes it, of the version asked for, out. */
import type { AuditEvent, EventKind } from '../audit-event.ts';
import { apiActivityOf } from './api-activity.ts';
import { applicationLifecycleOf } from './application-lifecycle.ts';
import { authenticationOf } from './authentication.ts';
import { baseEventOf } from './base-event.ts';
import { cloudActivityOf } from './cloud-activity.ts';
import { downVersion } from './down-version.ts';
import { httpActivityOf } from './http-activity.ts';
import { networkActivityOf } from './network-activity.ts';
import type { OcsfEvent, OcsfVersion } from './ocsf-event.ts';
import { processActivityOf } from './process-activity.ts';

/** Pure; the result shares its parts with the event, so neither may be changed. */
export const toOcsf = (event: AuditEvent, version: OcsfVersion = '1.8.0'): OcsfEvent =>
  downVersion(classes[event.kind](event), version);

/** Which class publishes which kind. */
const classes: Readonly<Record<EventKind, (event: AuditEvent) => OcsfEvent>> = {
  audit: apiActivityOf,
  authentication: authenticationOf,
  'cloud-api': cloudActivityOf,
  component: baseEventOf,
  process: (event) => processActivityOf(event) ?? baseEventOf(event),
  network: networkActivityOf,
  http: (event) => httpActivityOf(event) ?? baseEventOf(event),
  'kubernetes-event': (event) => applicationLifecycleOf(event) ?? baseEventOf(event),
};

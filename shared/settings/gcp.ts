/** What Google Cloud alone is asked for: where Klaxon is, whose logs are read, and how large its services are. */
import { type Static, Type } from '@sinclair/typebox';
import { maybe, oneOf } from '../schema/type.ts';
import { closed, listed, named, type WithDefaults } from './form.ts';

const projectForm = '^[a-z0-9.:-]{4,80}$';

/** By the name that Google Cloud gives it, not by its number. */
export const project = named('the id of a Google Cloud project', projectForm);

/** What holds where `gcp` or a key of it is left out. */
export const gcpDefaults = {
  folders: [],
  projects: [],
  dataAccess: [],
  cloudAudit: 'changes',
  alsoRead: [],
  ingest: 'pull',
  readers: 1,
  memoryMegabytes: 512,
  concurrency: 1000,
  instances: 10,
} as const;

export const GcpSettings = closed({
  project: maybe(named('the id of the project that Klaxon itself is in', projectForm)),
  region: maybe(named('a region such as europe-west1, where all of Klaxon is', '^[a-z]+-[a-z]+\\d+$')),
  organization: maybe(
    named('the number of an organisation all of whose clusters are read, in quotes', '^\\d{5,20}$'),
  ),
  folders: listed(
    named('the number of a folder all of whose clusters are read, in quotes', '^\\d{5,20}$'),
    100,
  ),
  projects: listed(
    named('the id of a project all of whose clusters are read, those to come as well', projectForm),
    1000,
  ),
  dataAccess: listed(
    named(
      'the id of a project in which reads are logged from now on; nothing is ever turned off',
      projectForm,
    ),
    1000,
  ),
  cloudAudit: maybe(
    oneOf(['none', 'changes', 'all'] as const, {
      description:
        'changes: calls that change clusters, rights or the routing of logs; all: every call that changes anything',
    }),
  ),
  alsoRead: listed(
    named('a filter of Cloud Logging, such as log_id("stdout") AND resource.labels.namespace_name="ingress"'),
    20,
  ),
  ingest: maybe(
    oneOf(['pull', 'push'] as const, {
      description:
        'pull: logs are read every minute; push: within seconds, and for more the fewer there are (docs/deploy/gcp.md)',
    }),
  ),
  readers: maybe(
    Type.Integer({
      description: 'Where logs are pulled, so many read side by side, each asked every minute by a job',
      minimum: 1,
      maximum: 50,
      default: gcpDefaults.readers,
    }),
  ),
  memoryMegabytes: maybe(
    Type.Integer({
      description: 'Of each service, which has one CPU',
      minimum: 512,
      maximum: 4096,
      default: gcpDefaults.memoryMegabytes,
    }),
  ),
  concurrency: maybe(
    Type.Integer({
      description:
        'Where logs are pushed, an instance is handed so many at a time; those that come together are cheaper',
      minimum: 1,
      maximum: 1000,
      default: gcpDefaults.concurrency,
    }),
  ),
  instances: maybe(
    Type.Integer({
      description: 'Of the service that reads deliveries, at most so many run at a time',
      minimum: 1,
      maximum: 1000,
      default: gcpDefaults.instances,
    }),
  ),
  key: maybe(
    named(
      'the full name of a key of Cloud KMS in the same region',
      '^projects/[^/\\s]+/locations/[^/\\s]+/keyRings/[^/\\s]+/cryptoKeys/[^/\\s]+$',
    ),
  ),
  alarms: maybe(
    named(
      "an e-mail address, or the full name of a notification channel, that is told of Klaxon's own faults",
      '^(?:projects/[^/\\s]+/notificationChannels/\\d+|[^@/\\s]+@[^@/\\s]+)$',
    ),
  ),
});

export type GcpSettings = WithDefaults<Static<typeof GcpSettings>, typeof gcpDefaults>;

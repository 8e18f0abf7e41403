/** What infrastructure and functions have agreed on, the same on every cloud: how each thing is called between them. */

/** Environment variables of a function. Its settings and its rules are packed with it. */
export const variables = {
  /** Where memory is: the name of a DynamoDB table; the URL of a table in Table Storage; projects/PROJECT/databases/NAME of Firestore. */
  state: 'KLAXON_STATE',
  /** Where evidence is: the name of a bucket of S3 or of Cloud Storage; the URL of a container in Blob Storage. */
  archive: 'KLAXON_ARCHIVE',
  /**
   * Where alerts are kept that no sink took: the URL of an SQS queue; projects/PROJECT/topics/NAME of Pub/Sub. On Azure the
   * URL of a container in Blob Storage, which keeps deliveries that could not be dealt with as well.
   */
  deadLetter: 'KLAXON_DEAD_LETTER',
  /**
   * JSON: for the name of each sink that names nothing of yours, what was made for it. ARN of a topic (sns), name of a bus
   * (eventBridge) or of a bucket (s3, gcs), projects/PROJECT/topics/NAME (pubsub), name of a log (cloudLogging). On Azure for
   * every sink of its kinds, whoever made it, a URL, since none follows from a resource id: the endpoint of a topic
   * (eventGrid), `https://NAMESPACE.servicebus.windows.net/ENTITY` (serviceBus), a container (blob),
   * `ENDPOINT/dataCollectionRules/IMMUTABLE_ID/streams/` and `alertStream` (logAnalytics).
   */
  sinks: 'KLAXON_SINKS',
  /**
   * A reference to a secret but for its last part, the name of a self-managed cluster: behind it lies the token that the
   * cluster's API server sends. Absent where nobody sends logs to the receiver.
   */
  receiver: 'KLAXON_RECEIVER',
  /**
   * Azure: not a variable but what the names of three begin with, which tell the trigger its namespace and who asks:
   * `__fullyQualifiedNamespace`, `__credential` (`managedidentity`) and `__clientId`. An emulator's is the connection string.
   */
  hub: 'KLAXON_HUB',
  /** Azure: the name of the event hub, and of the consumer group in which the function reads it. */
  hubName: 'KLAXON_HUB_NAME',
  hubConsumers: 'KLAXON_HUB_CONSUMERS',
  /** Google Cloud: projects/PROJECT/subscriptions/NAME, where the function pulls what is delivered. Absent where it is pushed. */
  subscription: 'KLAXON_SUBSCRIPTION',
} as const;

/** Azure: the stream of a data collection rule that takes alerts, with the columns of alert-columns.json. */
export const alertStream = 'Custom-KlaxonAlerts_CL';

/** A self-managed cluster's API server posts its batches to this, followed by the cluster's name. */
export const receiverPath = '/audit/';

/** API servers send up to 10 MB unless they are told otherwise (`--audit-webhook-batch-max-size` counts events). */
export const mostPostedBytes = 10 * 1024 * 1024;

/** What the clock asks of a function; `manifest` every hour over the last days, `whole-manifest` once a day over all. */
export const tasks = ['tick', 'manifest', 'whole-manifest'] as const;
export type Task = (typeof tasks)[number];

/**
 * AWS: by an event with this in the place of a task a person asks the clock's function for what a cluster has logged; beside
 * it stand the name of the `cluster`, `since` and `until` in ISO 8601, and the `streams` where others than audit and
 * authenticator are wanted.
 */
export const backfillTask = 'backfill';

/** AWS: in the same place, every hour where settings name a source of Security Lake: carries into it what the archive has. */
export const lakeTask = 'security-lake';

/** Google Cloud: what the clock asks every minute of the function that reads deliveries, where it pulls them. */
export const drainTask = 'drain';

/** Google Cloud: a message that was pulled is nobody else's for so long, and again as long each time that this is asked for. */
export const leaseSeconds = 60;

/** Where the clock asks by HTTP, it posts to this, followed by the task. */
export const taskPath = '/tasks/';

/** The event by which a schedule asks it. */
export interface TaskEvent {
  readonly klaxon: Task;
}

/**
 * What a function counts, delivery by delivery: `dimension` has the environment of the settings as its value. On Azure these
 * are members of the JSON that is the message of a trace, beside `level`, `message` (`delivery`), `source` and `requestId`.
 */
export const metrics = {
  namespace: 'Klaxon',
  dimension: 'environment',
  /** Records that came, whatever became of them. */
  received: 'received',
  /** Records that could not be read. */
  rejected: 'rejected',
  archived: 'archived',
  /** Alerts that rules raised, those that were known included. */
  found: 'found',
  /** Alerts that were handed to a sink. */
  alerted: 'alerted',
  /** Alerts that a sink did not take: they are in the dead letter. */
  dead: 'dead',
  milliseconds: 'milliseconds',
} as const;

/** How everything is called that belongs to an environment: klaxon-production. */
export const nameOf = (environment: string): string => `klaxon-${environment}`;

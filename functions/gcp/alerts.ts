/** Sinks as settings name them in, those that are Google Cloud's own out; and the topic for alerts that no sink took. */
import type { Alert } from '../../shared/alert/alert.ts';
import { attributesOf } from '../../shared/alert/attributes.ts';
import { calendarTime } from '../../shared/alert/finding-text.ts';
import { fittedAlert } from '../../shared/alert/fitted-alert.ts';
import { letterBatches } from '../../shared/alert/letter-batches.ts';
import { findingToScc } from '../../shared/alert/scc-finding.ts';
import type { AlertSink, DeadLetter } from '../../shared/alert/sink.ts';
import { headlineOf } from '../../shared/alert/sinks/fitted-message.ts';
import { objectSink } from '../../shared/alert/sinks/object-sink.ts';
import { oneByOne } from '../../shared/alert/sinks/one-by-one.ts';
import { KlaxonError } from '../../shared/errors.ts';
import type { ArchiveStore, Clock } from '../../shared/ports.ts';
import type { Severity } from '../../shared/schema/severity.ts';
import type { Sink } from '../../shared/settings/settings.ts';
import type { WriteLine } from './alerts/log-writer.ts';
import { type ApiRequest, type AskApi, type ClientOptions, faultOf, handedOver } from './client.ts';

/** `tokenOf` and `timeoutMs` are for what is not asked by `ask`. */
export interface CloudSinkOptions extends Pick<ClientOptions, 'tokenOf' | 'timeoutMs'> {
  /** By name, of every kind: those of other kinds are left out. */
  readonly sinks: Readonly<Record<string, Sink>>;
  /** By the name of a sink that names nothing itself: the full name of its topic or log, the name of its bucket. */
  readonly made: Readonly<Record<string, string>>;
  /** Of the project that Klaxon is in, for logs that are named without one. */
  readonly project: string;
  readonly ask: AskApi;
  /** Where a service is, by the name that stands before `.googleapis.com`. */
  readonly originOf: (service: string) => string;
  readonly bucket: (name: string) => Pick<ArchiveStore, 'put'>;
  readonly now: Clock;
}

/**
 * The function needs roles/pubsub.publisher on the topic, roles/logging.logWriter on the project, roles/storage.objectCreator
 * and objectViewer on the bucket, for what is below alerts/, and roles/securitycenter.findingsEditor on the source.
 * @throws KlaxonError where a sink names nothing, and nothing was made for it; and where it names no log of a project.
 */
export const cloudSinks = (options: CloudSinkOptions): readonly AlertSink[] =>
  Object.entries(options.sinks).flatMap(([name, sink]) => sinkOf(name, sink, options) ?? []);

const sinkOf = (name: string, sink: Sink, options: CloudSinkOptions): AlertSink | undefined => {
  const place = (named: string | undefined): string => {
    const found = named ?? options.made[name];
    if (found !== undefined) return found;
    throw new KlaxonError('settings', `nothing was made for the sink "${name}", and it names nothing`);
  };
  switch (sink.type) {
    case 'pubsub':
      return topicSink(name, place(sink.topic), options);
    case 'cloudLogging':
      return logSink(name, place(sink.log), options);
    case 'securityCommandCenter':
      return findingSink(name, sink.source, options);
    case 'gcs':
      return objectSink({ name, store: options.bucket(place(sink.bucket)), now: options.now });
    default:
      return undefined;
  }
};

interface Giving extends Pick<CloudSinkOptions, 'now'> {
  readonly name: string;
  /** What could not be used, in a word. */
  readonly kind: string;
  readonly give: (alert: Alert) => Promise<unknown>;
}

/** One alert a request: a refusal then names its alert (docs/decisions/0016). */
const apiSink = ({ name, kind, give, now }: Giving): AlertSink =>
  oneByOne({
    name,
    now,
    atOnce: 4,
    begin: () => (alert) =>
      handedOver(`the ${kind} of "${name}" cannot be used`, async () => {
        await give(alert);
        return undefined;
      }),
  });

const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** A tenth of what a topic takes (https://cloud.google.com/pubsub/quotas): what subscribes to it takes less. */
const maxMessageBytes = 1_000_000;

/** Topics know no key: the attribute `id` is the one to go by. Nothing is put in an order. */
const topicSink = (
  name: string,
  topic: string,
  { ask, originOf, now }: Pick<CloudSinkOptions, 'ask' | 'originOf' | 'now'>,
): AlertSink =>
  apiSink({
    name,
    kind: 'topic',
    give: (alert) => {
      const fitted = fittedAlert(alert, (some) => jsonBytes(some) <= maxMessageBytes);
      const message = messageOf(JSON.stringify(fitted), { id: alert.id, ...attributesOf(alert) });
      return ask(publication(originOf('pubsub'), topic, [message]));
    },
    now,
  });

interface PubsubMessage {
  readonly data: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

const messageOf = (text: string, attributes?: PubsubMessage['attributes']): PubsubMessage => ({
  data: Buffer.from(text, 'utf8').toString('base64'),
  ...(attributes && { attributes }),
});

/** `topic`: projects/PROJECT/topics/NAME. https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.topics/publish */
const publication = (pubsub: string, topic: string, messages: readonly PubsubMessage[]): ApiRequest => ({
  method: 'POST',
  url: `${pubsub}/v1/${topic}:publish`,
  body: { messages },
});

/** Of an entry, 256 KB, of which some is left: https://cloud.google.com/logging/quotas#log-limits */
const maxEntryBytes = 200_000;

/** Entries of one log, id and time are one: https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry */
const logSink = (name: string, named: string, options: CloudSinkOptions): AlertSink => {
  const { project, log } = placeOf(named, options.project);
  const { originOf, now, tokenOf, timeoutMs } = options;
  let writer: Promise<WriteLine> | undefined;
  const writeLine = async (): Promise<WriteLine> => {
    const { logWriter } = await import('./alerts/log-writer.ts');
    return logWriter({ project, origin: originOf('logging'), tokenOf, timeoutMs });
  };
  return apiSink({
    name,
    kind: 'log',
    give: async (alert) => {
      const payloadOf = (some: Alert) => ({ message: headlineOf(some), alert: some });
      const fitted = fittedAlert(alert, (some) => jsonBytes(payloadOf(some)) <= maxEntryBytes);
      writer ??= writeLine();
      const write = await writer;
      await write(log, {
        severity: logSeverities[alert.severity],
        insertId: `${alert.id}-${alert.severity}`,
        timestamp: loggableTime(alert.time, now()) ?? null,
        labels: attributesOf(alert),
        payload: payloadOf(fitted),
      });
    },
    now,
  });
};

/** A log of Klaxon's own project is named alone, one of another in full, with its name escaped as a path has it. */
const placeOf = (named: string, project: string): { readonly project: string; readonly log: string } => {
  const [, other, log] = /^projects\/([^/]+)\/logs\/([^/]+)$/.exec(named) ?? [];
  if (other !== undefined && log !== undefined) return { project: other, log };
  if (!named.includes('/')) return { project, log: named };
  throw new KlaxonError('settings', `${named} is no log: expected its name, or projects/PROJECT/logs/NAME`);
};

const logSeverities: Readonly<Record<Severity, 'CRITICAL' | 'ERROR' | 'WARNING' | 'NOTICE' | 'INFO'>> = {
  critical: 'CRITICAL',
  high: 'ERROR',
  medium: 'WARNING',
  low: 'NOTICE',
  informational: 'INFO',
};

const dayMs = 86_400_000;

/** What is older than the log keeps its entries, or a day ahead, is not shown: such an entry gets the time it is written. */
const loggableTime = (time = Number.NaN, now: number): string | undefined =>
  time > now - 29 * dayMs && time < now + dayMs / 2 ? calendarTime(time) : undefined;

/** Written as an update, which makes what is not there; one told again is brought up to date. */
const findingSink = (
  name: string,
  source: string,
  { ask, originOf, now }: Pick<CloudSinkOptions, 'ask' | 'originOf' | 'now'>,
): AlertSink =>
  apiSink({
    name,
    kind: 'source of Security Command Center',
    give: (alert) =>
      ask({
        method: 'PATCH',
        url: `${originOf('securitycenter')}/v2/${source}/locations/global/findings/${alert.id}`,
        body: findingToScc(alert, now()),
      }),
    now,
  });

/** Of all messages of a request, in base64 10 MB: https://cloud.google.com/pubsub/quotas#resource_limits */
const letterLimits = { maxBytes: 1_000_000, mostInBatch: 100 } as const;

/**
 * One message an alert and sink. `topic`: projects/PROJECT/topics/NAME, with a subscription that keeps what is published
 * there. The function needs roles/pubsub.publisher on it.
 */
export const topicDeadLetter = (
  topic: string,
  { ask, originOf }: Pick<CloudSinkOptions, 'ask' | 'originOf'>,
): DeadLetter => ({
  put: async (letters) => {
    try {
      for (const batch of letterBatches(letters, letterLimits))
        await ask(
          publication(
            originOf('pubsub'),
            topic,
            batch.map((text) => messageOf(text)),
          ),
        );
    } catch (thrown) {
      throw faultOf('alert', 'the topic of dead letters cannot be used', thrown);
    }
  },
});

/** Sinks as settings name them in, those that are Azure's own out. */
import { EventGridPublisherClient } from '@azure/eventgrid';
import { isAggregateLogsUploadError, LogsIngestionClient } from '@azure/monitor-ingestion';
import { isServiceBusError, ServiceBusClient, type ServiceBusMessage } from '@azure/service-bus';
import type { Alert } from '../../shared/alert/alert.ts';
import { attributesOf } from '../../shared/alert/attributes.ts';
import { fittedAlert } from '../../shared/alert/fitted-alert.ts';
import { fittedRow } from '../../shared/alert/log-analytics-row.ts';
import { cutTo, printable } from '../../shared/alert/printable.ts';
import type { AlertSink } from '../../shared/alert/sink.ts';
import { objectSink } from '../../shared/alert/sinks/object-sink.ts';
import { type Fault, oneByOne } from '../../shared/alert/sinks/one-by-one.ts';
import { KlaxonError } from '../../shared/errors.ts';
import type { ArchiveStore, Clock } from '../../shared/ports.ts';
import type { Sink } from '../../shared/settings/settings.ts';
import { faultsOf, handingOver } from '../faults.ts';
import { containerArchive, containerAt } from './archive.ts';
import { type Asker, type AskingOptions, asking, clientLimits, faultReading, wasAnswered } from './client.ts';

/** How sinks reach their services. */
export interface SinkClients {
  /** By the endpoint of a topic whose schema is that of CloudEvents. */
  readonly topic: (endpoint: string) => Pick<EventGridPublisherClient<'CloudEvent'>, 'send'>;
  /** By the host name of a namespace. */
  readonly bus: (namespace: string) => Pick<ServiceBusClient, 'createSender'>;
  /** By the address at which a data collection rule takes logs. */
  readonly logs: (endpoint: string) => Pick<LogsIngestionClient, 'upload'>;
  /** By the URL of a container. */
  readonly container: (url: string) => Pick<ArchiveStore, 'put'>;
}

/** How often is for who gives alerts to say. */
type Asking = Omit<AskingOptions, 'mostAttempts'>;

const silenceMs = 10_000;

/** Who gives alerts tries again by itself, with time between: all these try once. */
export const sinkClients = (asker: Asker, patience: Asking): SinkClients => ({
  topic: (endpoint) =>
    new EventGridPublisherClient(endpoint, 'CloudEvent', asker.credential, { ...clientLimits }),
  bus: (namespace) =>
    new ServiceBusClient(namespace, asker.credential, {
      retryOptions: { maxRetries: 0, timeoutInMs: patience.timeoutMs ?? silenceMs },
    }),
  logs: (endpoint) => new LogsIngestionClient(endpoint, asker.credential, { ...clientLimits }),
  container: (url) =>
    containerArchive({
      timeoutMs: silenceMs,
      ...patience,
      container: containerAt(url, asker),
      mostAttempts: 1,
    }),
});

export interface CloudSinkOptions extends Asking {
  /** By name, of every kind: those of other kinds are left out. */
  readonly sinks: Readonly<Record<string, Sink>>;
  /** By the name of a sink, the URL of what it writes to (`variables.sinks`). */
  readonly made: Readonly<Record<string, string>>;
  readonly clients: SinkClients;
  readonly now: Clock;
}

/**
 * The function's identity needs to be EventGrid Data Sender on the topic, Azure Service Bus Data Sender on the entity,
 * Monitoring Metrics Publisher on the data collection rule, and to write blobs into the container.
 * @throws KlaxonError where a sink has no place that it can be written to.
 */
export const cloudSinks = (options: CloudSinkOptions): readonly AlertSink[] =>
  Object.entries(options.sinks).flatMap(([name, { type }]) => {
    const open = openers[type];
    return open ? [open(name, placeOf(name, options), options)] : [];
  });

type Opener = (name: string, place: URL, options: CloudSinkOptions) => AlertSink;

const placeOf = (name: string, { made }: CloudSinkOptions): URL => {
  const place = made[name];
  if (place !== undefined && URL.canParse(place)) return new URL(place);
  throw new KlaxonError('settings', `nothing was made for the sink "${name}"`);
};

type Send = (alert: Alert, abortSignal: AbortSignal) => Promise<unknown>;

const atOnce = 4;

/** One alert a request. */
const sinkOf = (name: string, what: string, options: CloudSinkOptions, send: Send): AlertSink => {
  const ask = asking({ timeoutMs: silenceMs, ...options, mostAttempts: 1 });
  const tell = (alert: Alert): Promise<Fault | undefined> =>
    handedOver(`${what} of "${name}" cannot be used`, async () => {
      await ask((abortSignal) => send(alert, abortSignal));
      return undefined;
    });
  return oneByOne({ name, now: options.now, atOnce, begin: () => tell });
};

/** Service Bus says itself what may pass. */
const isPassing = (thrown: unknown): boolean =>
  isServiceBusError(thrown) ? thrown.retryable : faultReading.isPassing(thrown);

/** Names that Service Bus's client has for no answer. */
const silences: ReadonlySet<string> = new Set(['ServiceTimeout', 'ServiceCommunicationProblem']);

const handedOver = handingOver(faultsOf({ ...faultReading, isPassing }), (thrown) =>
  isServiceBusError(thrown) ? !silences.has(thrown.code) : wasAnswered(thrown),
);

/** One that grew worse is told again, and nobody who drops what he has seen may drop it. */
const keyOf = ({ id, severity }: Alert): string => `${id}-${severity}`;

/** What a subscription knows Klaxon's events by. */
export const eventSource = 'klaxon';
export const eventType = 'Klaxon.Alert';

/** An event may be 1 MB: https://learn.microsoft.com/azure/event-grid/quotas-limits */
const maxEventBytes = 1_000_000;

/** Subscriptions filter by the subject, which is the rule, and by `severity`. A topic knows no key: an event told again has the same id. */
const topicSink: Opener = (name, place, options) => {
  const client = options.clients.topic(place.href);
  const eventOf = (alert: Alert) => ({
    source: eventSource,
    type: eventType,
    id: keyOf(alert),
    subject: shortText(alert.rule.id),
    extensionAttributes: { severity: alert.severity },
    data: alert,
  });
  const fits = (alert: Alert): boolean =>
    Buffer.byteLength(JSON.stringify(eventOf(alert))) <= maxEventBytes - 1000;
  return sinkOf(name, 'the topic', options, (alert, abortSignal) =>
    client.send([eventOf(fittedAlert(alert, fits))], { abortSignal }),
  );
};

/** Of a message of the Standard tier, properties included: https://learn.microsoft.com/azure/service-bus-messaging/service-bus-quotas */
const maxMessageBytes = 250_000;

/** An entity that detects duplicates drops a message id that it saw; one with sessions keeps what is said of an alert in order. */
const busSink: Opener = (name, place, options) => {
  const sender = options.clients.bus(place.host).createSender(decodeURIComponent(place.pathname.slice(1)));
  const fits = (alert: Alert): boolean => Buffer.byteLength(JSON.stringify(alert)) <= maxMessageBytes - 3000;
  return sinkOf(name, 'the entity', options, (alert, abortSignal) =>
    sender.sendMessages(busMessage(fittedAlert(alert, fits)), { abortSignal }),
  );
};

const shortText = (text: string): string => cutTo(256, printable(text));

const busMessage = (alert: Alert): ServiceBusMessage => ({
  messageId: keyOf(alert),
  sessionId: alert.id,
  subject: shortText(alert.rule.id),
  contentType: 'application/json',
  applicationProperties: attributesOf(alert),
  body: alert,
});

/** A row an alert: a table knows no key, `AlertId` and `Severity` are the ones to go by. */
const tableSink: Opener = (name, place, options) => {
  const [, rule, stream] = /\/dataCollectionRules\/([^/]+)\/streams\/([^/]+)$/.exec(place.pathname) ?? [];
  if (rule === undefined || stream === undefined)
    throw new KlaxonError('settings', `the place of the sink "${name}" names no data collection rule`);
  const client = options.clients.logs(place.origin);
  return sinkOf(name, 'the data collection rule', options, (alert, abortSignal) =>
    client.upload(rule, stream, [fittedRow(alert, options.now())], { abortSignal }).catch(onlyCause),
  );
};

/** The client gathers what went wrong with each part of a call, and here there is one. */
const onlyCause = (thrown: unknown): never => {
  throw isAggregateLogsUploadError(thrown) ? (thrown.errors[0]?.cause ?? thrown) : thrown;
};

const containerSink: Opener = (name, place, { clients, now }) =>
  objectSink({ name, store: clients.container(place.href), now });

/** The sinks that are Azure's own. */
const openers: Readonly<Partial<Record<Sink['type'], Opener>>> = {
  eventGrid: topicSink,
  serviceBus: busSink,
  logAnalytics: tableSink,
  blob: containerSink,
};

/**
 * The function on Google Cloud: its pack, its environment and what it asks of other services in, `handler` for the Functions
 * Framework out. The framework is not in the bundle: it serves the bundle (docs/decisions/0029).
 *
 * All of it is made when the bundle is loaded, which Cloud Run gives more of a processor than it gives to a request.
 */
import { subscribe } from 'node:diagnostics_channel';
import { IncomingMessage } from 'node:http';
import type { HttpFunction } from '@google-cloud/functions-framework';
import manifest from '../../package.json' with { type: 'json' };
import { webSinks } from '../../shared/alert/sinks/web-sinks.ts';
import { KlaxonError } from '../../shared/errors.ts';
import { variables } from '../../shared/settings/environment.ts';
import { post } from '../http.ts';
import { accounted, type Log } from '../log.ts';
import { startFrom } from '../pack.ts';
import { pause } from '../pause.ts';
import { startPipeline } from '../start.ts';
import { madeForSinks, pipelineOptionsOf, receiverFor, required, sinksWithin } from '../surroundings.ts';
import { cloudSinks, topicDeadLetter } from './alerts.ts';
import { bucketArchive } from './archive.ts';
import { apiClient, clientLimits, originOf, ownTokens, sinkLimits } from './client.ts';
import { deliveriesOf, drainLimits, gatherLimitsFor, type Pulls } from './deliveries.ts';
import { deliveryLine, logLine } from './log.ts';
import { isInSecretManager, secretManager } from './secrets.ts';
import { databaseState } from './state.ts';
import { subscriptionOf } from './subscription.ts';

const now = (): number => Date.now();
const random = (): number => Math.random();

const log: Log = (level, message, more) => {
  process.stdout.write(logLine(level, message, more));
};
const warn = (message: string): void => log('warn', message);

const packed = startFrom(new URL('./', import.meta.url), warn);
const { settings } = packed;
const database = required(process.env, variables.state);
const [, project = ''] = /^projects\/([^/]+)\/databases\/[^/]+$/.exec(database) ?? [];
if (project === '')
  throw new KlaxonError('settings', `${variables.state} is no projects/PROJECT/databases/NAME`);

const tokenOf = ownTokens(project);
const ask = apiClient({ ...clientLimits, tokenOf, pause, random });
const askOnce = apiClient({ ...sinkLimits, tokenOf, pause, random });
const origin = (service: string): string => originOf(service, process.env);
const bucket = (name: string) => bucketArchive({ bucket: name, ask, origin: origin('storage') });

const secretOf = secretManager({ project, ask, origin: origin('secretmanager') });
const sinksHere = sinksWithin(settings, isInSecretManager);

const pipeline = startPipeline(pipelineOptionsOf(packed), {
  state: databaseState({ database, ask, origin: origin('firestore'), now, pause, random }),
  archive: bucket(required(process.env, variables.archive)),
  sinks: [
    ...webSinks(sinksHere, { secretOf, post, now, version: manifest.version }),
    ...cloudSinks({
      sinks: sinksHere,
      made: madeForSinks(process.env),
      project,
      ask: askOnce,
      tokenOf,
      timeoutMs: sinkLimits.timeoutMs,
      originOf: origin,
      bucket: (name) => bucketArchive({ bucket: name, ask: askOnce, origin: origin('storage') }),
      now,
    }),
  ],
  deadLetter: topicDeadLetter(required(process.env, variables.deadLetter), {
    ask: askOnce,
    originOf: origin,
  }),
  now,
  pause,
  random,
});

const pulled = process.env[variables.subscription];
const pullsFrom = (subscription: string): Pulls => ({
  subscription: subscriptionOf({ subscription, ask, origin: origin('pubsub') }),
  limits: drainLimits,
});

const deal = deliveriesOf({
  pipeline,
  receiver: receiverFor(process.env, settings, { secretOf, now, warn }),
  now,
  pause,
  log,
  account: (requestId, work) =>
    accounted(work, {
      requestId,
      environment: settings.environment,
      tell: (line) => process.stdout.write(deliveryLine(line)),
      log,
    }),
  limits: gatherLimitsFor(settings.gcp.concurrency),
  pulls: pulled === undefined ? undefined : pullsFrom(pulled),
});

/** Cloud Run functions say it; an hour is the most that there is, and a minute what they have if nothing is said. */
const timeoutMs = 1000 * (Number(process.env['CLOUD_RUN_TIMEOUT_SECONDS']) || 60);

const encodings = new WeakMap<IncomingMessage, string>();

/**
 * The framework would unfold and parse every body before anybody has looked who sends it: up to a gigabyte of it, and what is
 * no JSON it would refuse, so that it came again and again. It leaves alone what says of itself that it is bytes.
 */
subscribe('http.server.request.start', (message) => {
  const request =
    typeof message === 'object' && message !== null && 'request' in message ? message.request : undefined;
  if (!(request instanceof IncomingMessage)) return;
  const { headers } = request;
  if (headers['content-encoding'] !== undefined) encodings.set(request, headers['content-encoding']);
  delete headers['content-encoding'];
  headers['content-type'] = 'application/octet-stream';
});

const textsOf = (headers: IncomingMessage['headers']): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text)]));

/** Whatever is not done is answered so that it comes again. */
export const handler: HttpFunction = async (request, response) => {
  try {
    const { status, headers, body } = await deal(
      {
        method: request.method,
        path: request.path,
        headers: { ...textsOf(request.headers), 'content-encoding': encodings.get(request) },
        body: request.rawBody ?? new Uint8Array(),
      },
      now() + timeoutMs,
    );
    response.status(status).set(headers ?? {});
    if (body) response.json(body);
    else response.end();
  } catch (thrown) {
    // What it was stands in the log, once for all the requests that it is the answer to.
    response.status(thrown instanceof KlaxonError && thrown.retryable ? 503 : 500).end();
  }
};

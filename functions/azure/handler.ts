/**
 * The function on Azure: its pack, its environment and the clients of its services in; functions that the host calls, out.
 *
 * All of it is made when the bundle is loaded, before the host calls anything.
 */
import { app, type HttpRequest, type InvocationContext, trigger } from '@azure/functions';
import manifest from '../../package.json' with { type: 'json' };
import { objectDeadLetter } from '../../shared/alert/sinks/object-dead-letter.ts';
import { webSinks } from '../../shared/alert/sinks/web-sinks.ts';
import type { JsonValue } from '../../shared/schema/json.ts';
import { receiverPath, type Task, variables } from '../../shared/settings/environment.ts';
import { post } from '../http.ts';
import { accounted, type Dealt } from '../log.ts';
import { startFrom } from '../pack.ts';
import { pause } from '../pause.ts';
import type { PostedBatch } from '../receiver.ts';
import { startPipeline } from '../start.ts';
import { madeForSinks, pipelineOptionsOf, receiverFor, required, sinksWithin } from '../surroundings.ts';
import { cloudSinks, sinkClients } from './alerts.ts';
import { containerArchive, containerAt } from './archive.ts';
import { askerFrom } from './client.ts';
import { deliveriesOf } from './deliveries.ts';
import host from './host.json' with { type: 'json' };
import { log, loggedBy } from './log.ts';
import { isInKeyVault, keyVault, vaultsFor } from './secrets.ts';
import { sweepTable, tableAt, tableState } from './state.ts';

const now = (): number => Date.now();
const random = (): number => Math.random();
const warn = (message: string): void => log('warn', message);

const packed = startFrom(new URL('./', import.meta.url), warn);
const { settings } = packed;
const asker = askerFrom(process.env);
const patience = { pause, random };
const secretOf = keyVault({ clientAt: vaultsFor(asker), ...patience });
const sinksHere = sinksWithin(settings, isInKeyVault);

const archiveAt = (name: string) =>
  containerArchive({ container: containerAt(required(process.env, name), asker), ...patience });
const deadLetters = archiveAt(variables.deadLetter);

const memory = { table: tableAt(required(process.env, variables.state), asker), now, ...patience };

const pipeline = startPipeline(pipelineOptionsOf(packed), {
  state: tableState(memory),
  archive: archiveAt(variables.archive),
  sinks: [
    ...webSinks(sinksHere, { secretOf, post, now, version: manifest.version }),
    ...cloudSinks({
      sinks: sinksHere,
      made: madeForSinks(process.env),
      clients: sinkClients(asker, patience),
      now,
      ...patience,
    }),
  ],
  deadLetter: objectDeadLetter(deadLetters),
  now,
  ...patience,
});

const receiver = receiverFor(process.env, settings, { secretOf, now, warn });

const deliveries = deliveriesOf({
  pipeline,
  receiver,
  deadLetters,
  now,
  log,
});

/** `hh:mm:ss` */
const [hours = 0, minutes = 0, seconds = 0] = host.functionTimeout.split(':').map(Number);
const timeoutMs = ((hours * 60 + minutes) * 60 + seconds) * 1000;

const invoked = <D extends Dealt>(
  context: InvocationContext,
  deal: (deadline: number) => Promise<D>,
): Promise<D> =>
  loggedBy(context, () =>
    accounted(() => deal(now() + timeoutMs), {
      requestId: context.invocationId,
      environment: settings.environment,
      tell: (line) => log('info', 'delivery', { ...line }),
      log,
    }),
  );

/**
 * Bytes, so that what came is read once, here. The host asks again without end, five seconds to five minutes apart, and holds
 * the partition meanwhile: how often is for us to say (deliveries.ts), for a host that gives up goes on without the events.
 */
app.generic('deliveries', {
  trigger: trigger.generic({
    type: 'eventHubTrigger',
    connection: variables.hub,
    eventHubName: `%${variables.hubName}%`,
    consumerGroup: `%${variables.hubConsumers}%`,
    cardinality: 'many',
    dataType: 'binary',
  }),
  retry: {
    strategy: 'exponentialBackoff',
    maxRetryCount: -1,
    minimumInterval: { seconds: 5 },
    maximumInterval: { minutes: 5 },
  },
  handler: async (bodies: unknown, context) => {
    const batch = {
      bodies: Array.isArray(bodies) ? bodies.map(bytesOf) : [bytesOf(bodies)],
      metadata: context.triggerMetadata as JsonValue | undefined,
      retries: context.retryContext?.retryCount ?? 0,
    };
    await invoked(context, (deadline) => deliveries.ofHub(batch, deadline));
  },
});

/** A host that does not know `dataType` gives texts, or what it read in them. */
const bytesOf = (body: unknown): Uint8Array => {
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === 'string' ? body : (JSON.stringify(body) ?? ''), 'utf8');
};

/** Who sends shows a token of its own; keys of the host would be one more secret to hand out. */
if (receiver)
  app.http('receiver', {
    methods: ['POST'],
    authLevel: 'anonymous',
    route: `${receiverPath.slice(1)}{cluster}`,
    handler: async (request, context) => {
      const posted = await postedIn(request);
      return (await invoked(context, (deadline) => deliveries.ofHttp(posted, deadline))).answer;
    },
  });

const postedIn = async (request: HttpRequest): Promise<PostedBatch> => ({
  method: request.method,
  path: new URL(request.url).pathname,
  headers: Object.fromEntries(request.headers),
  body: new Uint8Array(await request.arrayBuffer()),
});

/** In UTC: second, minute, hour, day, month, day of the week. What fails comes again with the next time. */
const schedules: Readonly<Record<Task, string>> = {
  tick: '0 */5 * * * *',
  manifest: '0 10 * * * *',
  'whole-manifest': '0 40 3 * * *',
};

for (const [task, schedule] of Object.entries(schedules) as [Task, string][])
  app.timer(task, {
    schedule,
    handler: async (_, context) => {
      await invoked(context, (deadline) => deliveries.ofClock(task, deadline));
    },
  });

/** Table Storage lets nothing expire: once a day what has expired is taken out, for as long as there is time. */
app.timer('sweep', {
  schedule: '0 20 4 * * *',
  handler: async (_, context) => {
    await invoked(context, async (deadline) => {
      const { removed, isDone } = await sweepTable(memory, deadline - now() - reserveMs);
      log('info', 'sweep', { removed, isDone });
      return { source: 'clock', outcomes: [] };
    });
  },
});

/** For what is under way when the time for the sweep is over. */
const reserveMs = 60_000;

/** A function on Azure with its table, its containers and a topic, for whatever may break between them. */
import { AzureKeyCredential, EventGridPublisherClient } from '@azure/eventgrid';
import { cloudSinks, type SinkClients } from '../../../functions/azure/alerts.ts';
import { containerArchive, containerAt } from '../../../functions/azure/archive.ts';
import { clientLimits } from '../../../functions/azure/client.ts';
import {
  type Deliveries,
  deliveriesOf,
  type HubBatch,
  mostRetries,
} from '../../../functions/azure/deliveries.ts';
import { tableAt, tableState } from '../../../functions/azure/state.ts';
import { startPipeline } from '../../../functions/start.ts';
import type { Alert } from '../../../shared/alert/alert.ts';
import type { DeadAlert } from '../../../shared/alert/sink.ts';
import { objectDeadLetter } from '../../../shared/alert/sinks/object-dead-letter.ts';
import type { ArchiveStore } from '../../../shared/ports.ts';
import { receiverServer } from '../../alert/sinks/receiver-server.ts';
import { loadedSet } from '../../detect/sigma/loading.ts';
import {
  madeContainer,
  madeTable,
  openAzurite,
  overWire,
  wireToBlobs,
  wireToTables,
} from '../../stand-ins/azurite.ts';
import { openWire, type Wire } from '../../stand-ins/wire.ts';
import { functionMs, hurried, type Stage, silenceMs } from '../fault-runs.ts';
import { rulesText, secretRead, start } from '../story.ts';
import { auditBody } from './events.ts';
import { archivedIn, namesIn, storeAt } from './world.ts';

export const services = ['Blob Storage', 'Table Storage', 'Event Grid', 'dead letters'] as const;
type Service = (typeof services)[number];
type Wires = Readonly<Record<Service, Wire>>;

/** Of one partition: a rule of one event, one that counts over both deliveries, and what cannot be read. */
const deliveries: readonly (readonly Buffer[])[] = [
  [auditBody(secretRead(0, 'a'), 'no record')],
  [auditBody(secretRead(1, 'b'), secretRead(2, 'c')), Buffer.from('no record either')],
];

const { rules } = loadedSet(rulesText);

const batchOf = (delivery: number, retries: number): HubBatch => {
  const bodies = deliveries[delivery] ?? [];
  return {
    bodies,
    metadata: {
      partitionContext: { partitionId: '0' },
      sequenceNumberArray: bodies.map((_, at) => delivery * 10 + at),
      enqueuedTimeUtcArray: bodies.map(() => new Date(start + delivery).toISOString()),
    },
    retries,
  };
};

export const openStage = async (): Promise<Stage<Service>> => {
  const azurite = await openAzurite();
  const topic = await receiverServer({
    takes: { status: 200 },
    refuses: { status: 400, body: '{"error":{"code":"BadRequest","message":"no"}}' },
    fails: { status: 503, body: '{"error":{"code":"ServiceUnavailable","message":"no"}}' },
  });
  const wires: Wires = {
    'Blob Storage': await wireToBlobs(azurite.blob),
    'Table Storage': await wireToTables(azurite.table),
    'Event Grid': await openWire({
      target: topic.url,
      operationOf: () => 'Publish',
      throttles: { status: 429, body: '' },
      fails: { status: 503, body: '' },
    }),
    'dead letters': await wireToBlobs(azurite.blob),
  };
  return {
    wires,
    deliveries: deliveries.length,
    begin: async (isRefused) => {
      const places = {
        table: await madeTable(azurite),
        archive: await madeContainer(azurite),
        dead: await madeContainer(azurite),
      };
      topic.be(isRefused ? 'refuses' : 'takes');
      const before = topic.taken.length;
      const stored = storeAt(places.archive, azurite);
      const dead = storeAt(places.dead, azurite);
      const made = (): Deliveries =>
        functionWith(wires, {
          state: tableAt(overWire(places.table, wires['Table Storage']), azurite.asker),
          archive: containerAt(overWire(places.archive, wires['Blob Storage']), azurite.asker),
          dead: containerAt(overWire(places.dead, wires['dead letters']), azurite.asker),
        });
      return {
        isTaken: async (delivery, retries) => {
          // The host's own attempts: what has failed once too often would be a dead letter.
          if (retries >= mostRetries) throw new Error('the host has asked too often');
          try {
            await made().ofHub(batchOf(delivery, retries), Date.now() + functionMs);
            return true;
          } catch {
            return false;
          }
        },
        lines: () => archivedIn(stored),
        alerts: async () => [
          ...topic.taken
            .slice(before)
            .flatMap(({ body }) => JSON.parse(body).map(({ data }: { readonly data: Alert }) => data)),
          ...(await lettersIn(dead)).map(({ alert }) => alert),
        ],
      };
    },
    close: async () => {
      await Promise.all([...Object.values(wires).map((wire) => wire.close()), topic.close()]);
      await azurite.close();
    },
  };
};

const lettersIn = async (store: ArchiveStore): Promise<readonly DeadAlert[]> => {
  const letters: DeadAlert[] = [];
  for (const name of await namesIn(store, 'dead-letters/'))
    letters.push(JSON.parse(Buffer.from((await store.get(name)) ?? []).toString('utf8')));
  return letters;
};

interface Places {
  readonly state: ReturnType<typeof tableAt>;
  readonly archive: ReturnType<typeof containerAt>;
  readonly dead: ReturnType<typeof containerAt>;
}

/** A new process: it knows nothing of any before it. */
const functionWith = (wires: Wires, { state, archive, dead }: Places): Deliveries => {
  // Each request is made once, so that a fault is one of the delivery.
  const ports = { now: Date.now, pause: hurried, random: () => 0.5, mostAttempts: 1, timeoutMs: silenceMs };
  const unasked = () => {
    throw new TypeError('nobody is to ask for this');
  };
  const clients: SinkClients = {
    topic: (url) =>
      new EventGridPublisherClient(url, 'CloudEvent', new AzureKeyCredential('invented'), {
        ...clientLimits,
        allowInsecureConnection: true,
      }),
    bus: unasked,
    logs: unasked,
    container: unasked,
  };
  const deadLetters = containerArchive({ ...ports, container: dead });
  const pipeline = startPipeline(
    { rules, routes: [{ sinks: ['topic'] }], archiveForm: 'audit' },
    {
      ...ports,
      state: tableState({ ...ports, table: state }),
      archive: containerArchive({ ...ports, container: archive }),
      sinks: cloudSinks({
        ...ports,
        clients,
        sinks: { topic: { type: 'eventGrid' } },
        made: { topic: `${wires['Event Grid'].url}/hook` },
      }),
      deadLetter: objectDeadLetter(deadLetters),
    },
  );
  const log = (): void => undefined;
  return deliveriesOf({ pipeline, receiver: undefined, deadLetters, now: Date.now, log });
};

/** A function on Google Cloud with its database, its bucket and two topics, for whatever may break between them. */
import { cloudSinks, topicDeadLetter } from '../../../functions/gcp/alerts.ts';
import { bucketArchive } from '../../../functions/gcp/archive.ts';
import { deliveriesOf, gatherLimitsFor } from '../../../functions/gcp/deliveries.ts';
import { databaseState } from '../../../functions/gcp/state.ts';
import { startPipeline } from '../../../functions/start.ts';
import { loadedSet } from '../../detect/sigma/loading.ts';
import { wireToCloudStorage } from '../../stand-ins/cloud-storage.ts';
import { madeDatabase, wireToFirestore } from '../../stand-ins/firestore.ts';
import { askerOf, refusalOf } from '../../stand-ins/google.ts';
import { openWire, type Wire } from '../../stand-ins/wire.ts';
import { archivedIn } from '../archived.ts';
import { functionMs, hurried, type Stage, silenceMs } from '../fault-runs.ts';
import { rulesText } from '../story.ts';
import { messageOf, type Post, pushOf, secretRead } from './requests.ts';
import { project } from './sink-line.ts';
import { alertsIn, deadIn, deadTopic, openWorld, originOf, topic } from './world.ts';

export const services = ['Cloud Storage', 'Firestore', 'Pub/Sub', 'dead letters'] as const;
type Service = (typeof services)[number];
type Wires = Readonly<Record<Service, Wire>>;

const wireToPubsub = (target: string): Promise<Wire> =>
  openWire({
    target,
    operationOf: () => 'publish',
    throttles: refusalOf(429, 'RESOURCE_EXHAUSTED'),
    fails: refusalOf(503, 'UNAVAILABLE'),
  });

/** Messages that come at the same moment: a rule of one event, one that counts over both groups, and what cannot be read. */
const deliveries: readonly (readonly Post[])[] = [
  [pushOf(messageOf(secretRead(0, 'a'))), pushOf(messageOf('no record'))],
  [
    pushOf(messageOf(secretRead(1, 'b'))),
    pushOf(messageOf(secretRead(2, 'c'))),
    pushOf({ data: 'not base64 !', messageId: '1' }),
  ],
];

const { rules } = loadedSet(rulesText);

export const openStage = async (): Promise<Stage<Service>> => {
  const world = await openWorld();
  const wires: Wires = {
    'Cloud Storage': await wireToCloudStorage(world.storage.url),
    Firestore: await wireToFirestore(world.firestore),
    'Pub/Sub': await wireToPubsub(originOf(world.pubsub)),
    'dead letters': await wireToPubsub(originOf(world.pubsub)),
  };
  let runs = 0;
  return {
    wires,
    deliveries: deliveries.length,
    begin: async (isRefused) => {
      const bucket = `archive-${runs++}`;
      const database = madeDatabase();
      const before = [alertsIn(world.pubsub).length, deadIn(world.pubsub).length] as const;
      const ask = { isRefused, wires, database, bucket };
      const waiting = deliveries.map((posts) => new Set(posts));
      return {
        isTaken: async (delivery) => {
          const posts = waiting[delivery] ?? new Set();
          // Only what was not acknowledged is brought again.
          for (const post of await takenBy(functionOn(ask), [...posts])) posts.delete(post);
          return posts.size === 0;
        },
        lines: async () => archivedIn(world.storage, bucket),
        alerts: async () => [
          ...alertsIn(world.pubsub).slice(before[0]),
          ...deadIn(world.pubsub)
            .slice(before[1])
            .map(({ alert }) => alert),
        ],
      };
    },
    close: async () => {
      await Promise.all(services.map((service) => wires[service].close()));
      await world.close();
    },
  };
};

type Deal = ReturnType<typeof deliveriesOf>;

/** Those that were acknowledged. */
const takenBy = async (deal: Deal, posts: readonly Post[]): Promise<readonly Post[]> => {
  const answers = await Promise.all(
    posts.map(async (post) => {
      const request = {
        method: 'POST',
        path: post.path,
        headers: post.headers,
        body: Buffer.from(post.body),
      };
      const { status } = await deal(request, Date.now() + functionMs).catch(() => ({ status: 500 }));
      return { post, status };
    }),
  );
  return answers.flatMap(({ post, status }) => (status === 204 ? [post] : []));
};

interface Surroundings {
  readonly isRefused: boolean;
  readonly wires: Wires;
  readonly database: string;
  readonly bucket: string;
}

/** A new process: it knows nothing of any before it. */
const functionOn = ({ isRefused, wires, database, bucket }: Surroundings): Deal => {
  const ask = askerOf({ silenceMs });
  const ports = { now: Date.now, pause: hurried, random: () => 0.5 };
  const pipeline = startPipeline(
    { rules, routes: [{ sinks: ['topic'] }], archiveForm: 'audit' },
    {
      ...ports,
      state: databaseState({ ...ports, database, ask, origin: wires.Firestore.url }),
      archive: bucketArchive({ bucket, ask, origin: wires['Cloud Storage'].url }),
      sinks: cloudSinks({
        ...ports,
        sinks: { topic: { type: 'pubsub', topic } },
        made: {},
        project,
        ask: isRefused ? () => Promise.reject(refused) : ask,
        tokenOf: async () => 'owner',
        timeoutMs: silenceMs,
        originOf: () => wires['Pub/Sub'].url,
        bucket: () => {
          throw new TypeError('no bucket here');
        },
      }),
      deadLetter: topicDeadLetter(deadTopic, { ask, originOf: () => wires['dead letters'].url }),
    },
  );
  return deliveriesOf({
    pipeline,
    receiver: undefined,
    now: Date.now,
    pause: hurried,
    log: () => undefined,
    account: (_, work) => work(),
    limits: { ...gatherLimitsFor(1000), waitMs: 1 },
  });
};

/** The topic takes nothing, while that of the dead letters, which is another one at the same place, does. */
const refused = Object.assign(new Error('no'), { name: 'PERMISSION_DENIED', status: 403 });

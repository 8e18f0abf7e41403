/** A function on Google Cloud with its database, its bucket and two topics, for whatever may break between them. */
import { cloudSinks, topicDeadLetter } from '../../../functions/gcp/alerts.ts';
import { bucketArchive } from '../../../functions/gcp/archive.ts';
import { deliveriesOf, gatherLimitsFor, type Pulls } from '../../../functions/gcp/deliveries.ts';
import { databaseState } from '../../../functions/gcp/state.ts';
import { startPipeline } from '../../../functions/start.ts';
import type { Clock } from '../../../shared/ports.ts';
import type { JsonObject } from '../../../shared/schema/json.ts';
import { loadedSet } from '../../detect/sigma/loading.ts';
import { wireToCloudStorage } from '../../stand-ins/cloud-storage.ts';
import { madeDatabase, wireToFirestore } from '../../stand-ins/firestore.ts';
import { askerOf } from '../../stand-ins/google.ts';
import { wireToPubsub } from '../../stand-ins/pubsub.ts';
import type { Wire } from '../../stand-ins/wire.ts';
import { archivedIn } from '../archived.ts';
import { functionMs, hurried, type Scene, type Stage, silenceMs } from '../fault-runs.ts';
import { rulesText } from '../story.ts';
import { messageOf, type Post, pushOf, secretRead } from './requests.ts';
import { project } from './sink-line.ts';
import { alertsIn, deadIn, deadTopic, openWorld, originOf, topic } from './world.ts';

export const services = ['Cloud Storage', 'Firestore', 'Pub/Sub', 'dead letters'] as const;
type Service = (typeof services)[number];
type Wires = Readonly<Record<Service, Wire>>;

/** That come at the same moment: a rule of one event, one that counts over both groups, and what cannot be read. */
export const groups: readonly (readonly JsonObject[])[] = [
  [messageOf(secretRead(0, 'a')), messageOf('no record')],
  [
    messageOf(secretRead(1, 'b')),
    messageOf(secretRead(2, 'c')),
    messageOf('', { data: 'not base64 !', messageId: '1' }),
  ],
];

const { rules } = loadedSet(rulesText);

/** How a delivery is brought to the function: whether its source is done with it. */
type Brings = (surroundings: Surroundings) => Scene['isTaken'];

/** What both ways in stand on: each run has a database and a bucket of its own. */
export const openGround = async (brings: Brings): Promise<Stage<Service>> => {
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
    deliveries: groups.length,
    begin: async (isRefused) => {
      const bucket = `archive-${runs++}`;
      const before = [alertsIn(world.pubsub).length, deadIn(world.pubsub).length] as const;
      return {
        isTaken: brings({ isRefused, wires, database: madeDatabase(), bucket }),
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

export const openStage = (): Promise<Stage<Service>> =>
  openGround((surroundings) => {
    const waiting = groups.map((messages) => new Set(messages.map(pushOf)));
    return async (delivery) => {
      const posts = waiting[delivery] ?? new Set();
      // Only what was not acknowledged is brought again.
      for (const post of await takenBy(functionOn(surroundings), [...posts])) posts.delete(post);
      return posts.size === 0;
    };
  });

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

export interface Surroundings {
  readonly isRefused: boolean;
  readonly wires: Wires;
  readonly database: string;
  readonly bucket: string;
}

/** A new process: it knows nothing of any before it. */
export const functionOn = (
  { isRefused, wires, database, bucket }: Surroundings,
  { pulls, now = Date.now }: { readonly pulls?: Pulls; readonly now?: Clock } = {},
): Deal => {
  const ask = askerOf({ silenceMs });
  const ports = { now, pause: hurried, random: () => 0.5 };
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
    now,
    pause: hurried,
    log: () => undefined,
    account: (_, work) => work(),
    limits: { ...gatherLimitsFor(1000), waitMs: 1 },
    pulls,
  });
};

/** The topic takes nothing, while that of the dead letters, which is another one at the same place, does. */
const refused = Object.assign(new Error('no'), { name: 'PERMISSION_DENIED', status: 403 });

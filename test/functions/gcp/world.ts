/** All that a function on Google Cloud touches, played here: its database, its bucket, its topics, its secrets, and who it is. */
import type { Alert } from '../../../shared/alert/alert.ts';
import type { DeadAlert } from '../../../shared/alert/sink.ts';
import { variables } from '../../../shared/settings/environment.ts';
import { type ReceiverServer, receiverServer } from '../../alert/sinks/receiver-server.ts';
import { type FakeCloudStorage, openCloudStorage } from '../../stand-ins/cloud-storage.ts';
import { madeDatabase, openFirestore } from '../../stand-ins/firestore.ts';
import { fault, project, taken, usual } from './sink-line.ts';

export interface World {
  readonly firestore: string;
  readonly storage: FakeCloudStorage;
  /** Takes what is published to any topic. */
  readonly pubsub: ReceiverServer;
  readonly secrets: ReceiverServer;
  /** For a function that runs in a process of its own. */
  readonly environment: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

export const archiveBucket = 'klaxon-archive';
export const token = 'invented-token-of-the-cluster-edge';
export const topic = `projects/${project}/topics/klaxon-alerts`;
export const deadTopic = `projects/${project}/topics/klaxon-dead-letters`;

export const openWorld = async (): Promise<World> => {
  const firestore = await openFirestore();
  const storage = await openCloudStorage();
  const pubsub = await receiverServer({ ...usual, takes: taken({ messageIds: ['1'] }) });
  const secrets = await receiverServer({
    ...usual,
    takes: taken({ payload: { data: Buffer.from(token).toString('base64') } }),
    refuses: fault(404, 'NOT_FOUND'),
  });
  const metadata = await receiverServer({
    ...usual,
    takes: {
      status: 200,
      headers: { 'metadata-flavor': 'Google', 'content-type': 'application/json' },
      // What Google's emulators take for the token of who may do everything.
      body: JSON.stringify({ access_token: 'owner', expires_in: 3600, token_type: 'Bearer' }),
    },
  });
  return {
    firestore: firestore.url,
    storage,
    pubsub,
    secrets,
    environment: {
      [variables.state]: madeDatabase(),
      [variables.archive]: archiveBucket,
      [variables.deadLetter]: deadTopic,
      [variables.sinks]: JSON.stringify({ topic }),
      FIRESTORE_EMULATOR_HOST: firestore.url,
      STORAGE_EMULATOR_HOST: storage.url,
      PUBSUB_EMULATOR_HOST: originOf(pubsub),
      SECRETMANAGER_EMULATOR_HOST: originOf(secrets),
      GCE_METADATA_HOST: new URL(metadata.url).host,
      K_SERVICE: 'klaxon-test-deliveries',
      HOME: '/nowhere',
    },
    close: async () => {
      const all = [firestore, storage, pubsub, secrets, metadata];
      await Promise.all(all.map((each) => each.close()));
    },
  };
};

export const originOf = ({ url }: ReceiverServer): string => url.replace(/\/hook$/, '');

/** What was published to a topic, in its order. */
const publishedTo = <T>({ taken: requests }: ReceiverServer, name: string): readonly T[] =>
  requests
    .filter(({ path }) => path === `/v1/${name}:publish`)
    .flatMap(({ body }) => JSON.parse(body).messages)
    .map(({ data }: { readonly data: string }) => JSON.parse(Buffer.from(data, 'base64').toString('utf8')));

export const alertsIn = (pubsub: ReceiverServer): readonly Alert[] => publishedTo(pubsub, topic);
export const deadIn = (pubsub: ReceiverServer): readonly DeadAlert[] => publishedTo(pubsub, deadTopic);

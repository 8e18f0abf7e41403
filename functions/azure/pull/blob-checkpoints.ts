/** A container in; a CheckpointStore of partitions in it, as all consumers of Event Hubs keep them, out. */
import type { BlockBlobClient, ContainerClient } from '@azure/storage-blob';
import { KlaxonError } from '../../../shared/errors.ts';
import type { CheckpointStore } from '../../../shared/pull/checkpoint.ts';
import type { Mark } from '../../../shared/pull/forward.ts';
import { numberOf, textOf } from '../../../shared/schema/json.ts';
import { type Ask, unless, within } from '../client.ts';
import { type HubName, hubMark } from '../pull.ts';

/**
 * An empty blob for each partition, which says in its metadata after which event to go on: other consumers, and tools that
 * tell how far one lags behind, read the same. Its form is that of @azure/eventhubs-checkpointstore-blob:
 * https://github.com/Azure/azure-sdk-for-js/tree/main/sdk/eventhub/eventhubs-checkpointstore-blob
 *
 * A log that has given nothing yet has no event to name, and is not remembered.
 */
export const blobCheckpoints = (
  client: ContainerClient,
  { namespace, hub, consumerGroup }: HubName,
  ask: Ask,
): CheckpointStore<Mark> => {
  const folder = [namespace, hub, consumerGroup, 'checkpoint'].join('/').toLowerCase();
  const blobOf = (logName: string): BlockBlobClient =>
    client.getBlockBlobClient(`${folder}/${logName.split('/').at(-1)}`);
  const inContainer = within(
    'state',
    `checkpoints cannot be kept in ${client.url} (it has to be there, and the role Storage Blob Data Contributor is needed on it)`,
  );
  return {
    read: (logName) =>
      inContainer(async () => {
        const blob = blobOf(logName);
        const found = await unless(absent, () => ask((abortSignal) => blob.getProperties({ abortSignal })));
        if (!found) return undefined;
        const { sequencenumber: number = '', offset } = found.metadata ?? {};
        if (offset === undefined || !/^-?\d+$/.test(number))
          throw new KlaxonError('state', `${blob.name} has no sequencenumber and offset in its metadata`);
        return hubMark(Number(number), offset);
      }),
    write: (logName, mark) =>
      inContainer(async () => {
        const number = numberOf(mark.sequenceNumber);
        const offset = textOf(mark.offset);
        if (number === undefined || offset === undefined) return;
        const metadata = { sequencenumber: String(number), offset };
        const blob = blobOf(logName);
        const isThere = await unless(absent, () =>
          ask((abortSignal) => blob.setMetadata(metadata, { abortSignal })),
        );
        if (!isThere) await ask((abortSignal) => blob.upload('', 0, { metadata, abortSignal }));
      }),
  };
};

const absent: ReadonlySet<string> = new Set(['BlobNotFound']);

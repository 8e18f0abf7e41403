/** A container in; a CheckpointStore of partitions in it, as all consumers of Event Hubs keep them, out. */
import type { ContainerClient } from '@azure/storage-blob';
import { KlaxonError, messageOf } from '../../../shared/errors.ts';
import type { CheckpointStore } from '../../../shared/pull/checkpoint.ts';
import type { Mark } from '../../../shared/pull/forward.ts';
import { numberOf, textOf } from '../../../shared/schema/json.ts';
import { type HubName, hubMark } from '../pull.ts';
import { nameOf } from './faults.ts';

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
): CheckpointStore<Mark> => {
  const folder = [namespace, hub, consumerGroup, 'checkpoint'].join('/').toLowerCase();
  const blobOf = (logName: string) => client.getBlockBlobClient(`${folder}/${logName.split('/').at(-1)}`);
  const within = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (thrown) {
      if (thrown instanceof KlaxonError) throw thrown;
      throw new KlaxonError(
        'state',
        `checkpoints cannot be kept in ${client.url.split('?')[0]}: the container has to be there, and the role Storage Blob Data Contributor on it is needed. ${nameOf(thrown)}: ${messageOf(thrown)}`,
        { cause: thrown },
      );
    }
  };
  return {
    read: (logName) =>
      within(async () => {
        const blob = blobOf(logName);
        const metadata = await unlessAbsent(async () => (await blob.getProperties()).metadata ?? {});
        if (!metadata) return undefined;
        const { sequencenumber: number = '', offset } = metadata;
        if (offset === undefined || !/^-?\d+$/.test(number))
          throw new KlaxonError('state', `${blob.name} has no sequencenumber and offset in its metadata`);
        return hubMark(Number(number), offset);
      }),
    write: (logName, mark) =>
      within(async () => {
        const number = numberOf(mark.sequenceNumber);
        const offset = textOf(mark.offset);
        if (number === undefined || offset === undefined) return;
        const metadata = { sequencenumber: String(number), offset };
        const blob = blobOf(logName);
        const isThere = await unlessAbsent(async () => blob.setMetadata(metadata));
        if (!isThere) await blob.upload('', 0, { metadata });
      }),
  };
};

const unlessAbsent = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await work();
  } catch (thrown) {
    const isAbsent = nameOf(thrown) === 'BlobNotFound' || isNotFoundWithoutBody(thrown);
    if (isAbsent) return undefined;
    throw thrown;
  }
};

/** What a HEAD request is answered says no more than its status, and the error's name in a header where there is one. */
const isNotFoundWithoutBody = (thrown: unknown): boolean =>
  thrown instanceof Error &&
  'statusCode' in thrown &&
  thrown.statusCode === 404 &&
  nameOf(thrown) !== 'ContainerNotFound';

/** Checkpoints of partitions, in a container in Azurite, in the form that other consumers read. */
import type { ContainerClient } from '@azure/storage-blob';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asking } from '../../../functions/azure/client.ts';
import { blobCheckpoints } from '../../../functions/azure/pull/blob-checkpoints.ts';
import type { CheckpointStore } from '../../../shared/pull/checkpoint.ts';
import type { Mark } from '../../../shared/pull/forward.ts';
import { type Azurite, blobFault, openAzurite, wireToBlobs } from '../../stand-ins/azurite.ts';
import { openEventHubs } from '../../stand-ins/event-hubs.ts';
import type { Wire } from '../../stand-ins/wire.ts';
import { hubName, messageOf, read } from './hub.ts';
import { openedContainer } from './opened-container.ts';

let azurite: Azurite;
let wire: Wire;
let container: ContainerClient;
let checkpoints: CheckpointStore<Mark>;
beforeAll(async () => {
  azurite = await openAzurite();
  wire = await wireToBlobs(azurite.blob);
});
afterAll(async () => {
  await wire?.close();
  await azurite?.close();
});
const checkpointsIn = (client: ContainerClient): CheckpointStore<Mark> =>
  blobCheckpoints(
    client,
    { namespace: 'Orders.servicebus.windows.net', hub: 'Klaxon', consumerGroup: '$Default' },
    asking({ pause: async () => undefined, random: () => 0, mostAttempts: 2 }),
  );
beforeEach(async () => {
  const opened = await openedContainer(azurite, wire);
  container = opened.container;
  checkpoints = checkpointsIn(opened.overTheWire);
});

const log = 'aks/Orders.servicebus.windows.net/Klaxon/3';
const blobName = 'orders.servicebus.windows.net/klaxon/$default/checkpoint/3';
const mark = (sequenceNumber: number): Mark => ({
  version: 1,
  sequenceNumber,
  offset: `${sequenceNumber * 64}`,
});

describe('checkpoints in a container', () => {
  it('are what was last written, and none before', async () => {
    expect(await checkpoints.read(log)).toBeUndefined();
    await checkpoints.write(log, mark(7));
    await checkpoints.write(log, mark(9));
    expect(await checkpoints.read(log)).toEqual(mark(9));
    expect(await checkpoints.read('aks/Orders.servicebus.windows.net/Klaxon/4')).toBeUndefined();
  });

  it('stand in the metadata of an empty blob, under names in small letters', async () => {
    await checkpoints.write(log, mark(7));
    const { metadata, contentLength } = await container.getBlobClient(blobName).getProperties();
    expect({ metadata, contentLength }).toEqual({
      metadata: { sequencenumber: '7', offset: '448' },
      contentLength: 0,
    });
  });

  it('are read as another consumer has left them', async () => {
    await container
      .getBlockBlobClient(blobName)
      .upload('', 0, { metadata: { sequencenumber: '12', offset: '4:768:12', clientidentifier: 'x' } });
    expect(await checkpoints.read(log)).toEqual({ version: 1, sequenceNumber: 12, offset: '4:768:12' });
  });

  it('are not written where there is no event to name yet', async () => {
    await checkpoints.write(log, { version: 1, since: 5 });
    expect(await checkpoints.read(log)).toBeUndefined();
  });

  it('are refused where they say no position', async () => {
    await container.getBlockBlobClient(blobName).upload('', 0, { metadata: { offset: '1' } });
    await expect(checkpoints.read(log)).rejects.toMatchObject({
      code: 'state',
      message: expect.stringContaining(`${blobName} has no sequencenumber and offset`),
    });
  });

  it('come through a request that breaks', async () => {
    await checkpoints.write(log, mark(7));
    for (const fault of ['throttles', 'closes', 'loses'] as const) {
      wire.breaksAt((place) => (place === 0 ? fault : undefined));
      await checkpoints.write(log, mark(8));
      wire.breaksAt((place) => (place === 0 ? fault : undefined));
      expect(await checkpoints.read(log)).toEqual(mark(8));
    }
  });

  it('say what is missing: the container, or a role', async () => {
    for (const [status, code] of [
      [404, 'ContainerNotFound'],
      [403, 'AuthorizationPermissionMismatch'],
    ] as const) {
      wire.breaksAt(() => blobFault(status, code));
      const fault = {
        code: 'state',
        message: expect.stringMatching(
          `^checkpoints cannot be kept in http.*the role Storage Blob Data Contributor is needed.*${code}`,
        ),
      };
      await expect(checkpoints.read(log)).rejects.toMatchObject(fault);
      await expect(checkpoints.write(log, mark(1))).rejects.toMatchObject(fault);
    }
  });

  it('let a pull of a hub go on', async () => {
    const hubs = await openEventHubs({ klaxon: 2 });
    try {
      const store = blobCheckpoints(
        container,
        hubName,
        asking({ pause: async () => undefined, random: () => 0 }),
      );
      const range = { from: 'earliest', follow: false } as const;
      hubs.partition('klaxon', 0).append(messageOf('a'));
      hubs.partition('klaxon', 1).append(messageOf('b'));
      expect((await read({ hubs, range, store })).lines).toHaveLength(2);
      hubs.partition('klaxon', 0).append(messageOf('c'));
      expect((await read({ hubs, range, store })).lines).toEqual([messageOf('c')]);
    } finally {
      await hubs.close();
    }
  });
});

/** What tests of a container's blobs begin with: one of their own, as it is and over a wire. */
import type { ContainerClient } from '@azure/storage-blob';
import { containerAt } from '../../../functions/azure/archive.ts';
import { type Azurite, madeContainer, overWire } from '../../stand-ins/azurite.ts';
import type { Wire } from '../../stand-ins/wire.ts';

export interface OpenedContainer {
  readonly container: ContainerClient;
  readonly overTheWire: ContainerClient;
}

export const openedContainer = async (azurite: Azurite, wire: Wire): Promise<OpenedContainer> => {
  const url = await madeContainer(azurite);
  wire.breaksAt(() => undefined);
  return {
    container: containerAt(url, azurite.asker),
    overTheWire: containerAt(overWire(url, wire), azurite.asker),
  };
};

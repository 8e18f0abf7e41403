/** What tests of state in Table Storage begin with: a table of its own for each, spoken to over a wire, and what it then holds. */
import type { TableClient } from '@azure/data-tables';
import type { AskingOptions } from '../../../functions/azure/client.ts';
import { tableAt, tableState } from '../../../functions/azure/state.ts';
import { type Azurite, madeTable, overWire } from '../../stand-ins/azurite.ts';
import type { Wire } from '../../stand-ins/wire.ts';

export const start = Date.UTC(2026, 0, 2, 3, 4, 5);
export const hour = 3600;

export const openedTable = async (azurite: Azurite, wire: Wire, over: Partial<AskingOptions> = {}) => {
  const url = await madeTable(azurite);
  const clock = { time: start };
  const options = {
    table: tableAt(overWire(url, wire), azurite.asker),
    now: () => clock.time,
    pause: async () => undefined,
    random: () => 0.5,
    mostAttempts: 1,
    ...over,
  };
  wire.breaksAt(() => undefined);
  return { table: tableAt(url, azurite.asker), state: tableState(options), options, clock };
};

export const rowsIn = async (table: TableClient): Promise<readonly string[]> => {
  const rows: string[] = [];
  for await (const { rowKey } of table.listEntities()) rows.push(rowKey ?? '');
  return rows.toSorted();
};

export const countsOf = (operations: readonly string[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const operation of operations) counts[operation] = (counts[operation] ?? 0) + 1;
  return counts;
};

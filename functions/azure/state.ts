/** A table of Table Storage in, a StateStore that keeps it, and what takes out of it what has expired, out. */
import { createHash } from 'node:crypto';
import { AzureNamedKeyCredential, TableClient, type TransactionAction } from '@azure/data-tables';
import { KlaxonError } from '../../shared/errors.ts';
import type { Clock, StateStore } from '../../shared/ports.ts';
import { eachOf } from '../../shared/state/each-of.ts';
import type { Item, ItemStore } from '../../shared/state/item.ts';
import { itemState } from '../../shared/state/item-state.ts';
import {
  type Asker,
  type AskingOptions,
  asking,
  clientLimits,
  isEmulatorKey,
  pagesOf,
  storagePlace,
  unless,
  within,
} from './client.ts';

/** By its URL. */
export const tableAt = (url: string, asker: Asker): TableClient => {
  const { endpoint, name, signer } = storagePlace(url, asker);
  if (!isEmulatorKey(signer)) return new TableClient(endpoint, name, signer, clientLimits);
  const credential = new AzureNamedKeyCredential(signer.account, signer.key);
  return new TableClient(endpoint, name, credential, { ...clientLimits, allowInsecureConnection: true });
};

export interface TableStateOptions extends AskingOptions {
  /** For itself alone. */
  readonly table: TableClient;
  readonly now: Clock;
}

/**
 * One entity a key (docs/decisions/0020, 0024). `add` sends a request for each key, and one more for each that changes;
 * `update` sends one of each. Each time that another writer came between adds one of each, and so does each 896 KB of a set
 * that is larger. The function needs to read, add, update and delete the table's entities (Storage Table Data Contributor).
 */
export const tableState = (options: TableStateOptions): StateStore =>
  itemState({ ...options, items: itemsOf(options) });

/** An entity may have 1 MiB, its names and keys included, and a property 64 KiB. */
const propertyBytes = 64 * 1024;
const maxBytes = 14 * propertyBytes;
/** A request is for one entity; of readings a call has four times as many as this under way. */
const atOnce = 16;

const itemsOf = ({ table, ...options }: TableStateOptions): ItemStore => {
  const inTable = within('state', `the table ${table.tableName} cannot be used`);
  const ask = asking(options);
  /** By which the table tells whether an item is still what was read. */
  const etags = new WeakMap<Item, string>();

  const read = async (name: string): Promise<Item | undefined> => {
    const { partitionKey, rowKey } = keysOf(name);
    const row = await unless(missing, () =>
      ask((abortSignal) => table.getEntity<Row>(partitionKey, rowKey, { abortSignal })),
    );
    if (!row) return undefined;
    const item = itemIn(row);
    etags.set(item, row.etag);
    return item;
  };

  const etagOf = (item: Item): string => {
    const etag = etags.get(item);
    if (etag === undefined) throw new KlaxonError('state', 'only what was read here can be replaced');
    return etag;
  };

  return {
    maxBytes,
    namesAtATime: 100,
    read: (names) =>
      inTable(async () => {
        const items = await eachOf(names, atOnce, read);
        return new Map(items.flatMap((item, at) => (item ? [[names[at] ?? '', item] as const] : [])));
      }),
    write: (name, item, replaced) =>
      inTable(async () => {
        const entity = { ...keysOf(name), ...rowOf(item) };
        const reminder = reminderOf(name, item.expires);
        const etag = replaced && etagOf(replaced);
        const action: TransactionAction =
          etag === undefined ? ['create', entity] : ['update', entity, 'Replace', { etag }];
        const isReminded = replaced && reminderOf(name, replaced.expires).rowKey === reminder.rowKey;
        const answer = await unless(changed, () =>
          ask<unknown>((abortSignal) =>
            isReminded && etag !== undefined
              ? table.updateEntity(entity, 'Replace', { etag, abortSignal })
              : table.submitTransaction([action, ['upsert', { ...reminder }, 'Replace']], { abortSignal }),
          ),
        );
        return answer !== undefined;
      }),
    remove: (names) =>
      inTable(async () => {
        await eachOf(names.map(keysOf), atOnce, ({ partitionKey, rowKey }) =>
          unless(missing, () =>
            ask((abortSignal) => table.deleteEntity(partitionKey, rowKey, { abortSignal })),
          ),
        );
      }),
  };
};

const missing = new Set(['ResourceNotFound']);
/** Another was first: to write the item, to change it, or to take it out. */
const changed = new Set(['EntityAlreadyExists', 'UpdateConditionNotSatisfied', 'ResourceNotFound']);

interface Keys {
  readonly partitionKey: string;
  readonly rowKey: string;
}

interface Row {
  readonly version?: unknown;
  readonly expires?: unknown;
  readonly [property: string]: unknown;
}

/** By two digits of a digest. Each takes 2000 entities a second, and an account 20,000. */
const partitions = Array.from({ length: 256 }, (_, at) => at.toString(16).padStart(2, '0'));

const keysOf = (name: string): Keys => ({
  partitionKey: digestOf(name).slice(0, 2),
  rowKey: `item|${rowNameOf(name)}`,
});

const digestOf = (name: string): string => createHash('sha256').update(name).digest('hex');

/** 512 characters are allowed, and a reminder has some more than its item. */
const longestRowName = 400;

/** Readable, but for what a key may not hold: https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model */
const rowNameOf = (name: string): string => {
  const text = name
    .replaceAll(/[^\w/.:=@,()-]/gu, (character) => `~${Buffer.from(character).toString('hex')}~`)
    .replaceAll('/', '|');
  return text.length <= longestRowName ? text : `~${digestOf(name)}`;
};

/**
 * Table Storage lets nothing expire. So beside each item, in its partition and written with it or not at all, there is a
 * reminder of the day on which it expires, and a day's reminders are a range of the partition. One that is left of an
 * earlier day, or of an item that is gone, is found to be that by the sweep.
 */
const reminderOf = (name: string, expires: number): Keys => {
  const { partitionKey, rowKey } = keysOf(name);
  return { partitionKey, rowKey: `${remindersOf(expires)}${rowKey}` };
};

const reminders = 'reminder|';

/** What the row keys of a day's reminders begin with. */
const remindersOf = (time: number): string =>
  `${reminders}${new Date(Math.min(time, lastDay)).toISOString().slice(0, 10)}|`;
const lastDay = Date.UTC(9999, 11, 31);

/** What is text is short (shared/state/item.ts): one property holds it. */
const rowOf = ({ content, version, expires }: Item) => ({
  version,
  expires: new Date(Math.min(Math.ceil(expires), lastDay)),
  ...(typeof content === 'string' ? { content } : propertiesOf(content)),
});

const propertiesOf = (content: Uint8Array): Readonly<Record<string, Uint8Array>> =>
  Object.fromEntries(
    Array.from({ length: Math.ceil(content.length / propertyBytes) }, (_, at) => [
      `content${at}`,
      // The client writes the whole memory behind what is no Buffer.
      Buffer.from(content.subarray(at * propertyBytes, (at + 1) * propertyBytes)),
    ]),
  );

/** What this module has written, so its form is known; what is not of that form has no content, which is a fault. */
const itemIn = (row: Row): Item => ({
  content: typeof row['content'] === 'string' ? row['content'] : bytesIn(row),
  version: String(row.version),
  expires: timeIn(row),
});

const bytesIn = (row: Row): Uint8Array => {
  const pieces: Uint8Array[] = [];
  for (let at = 0; ; at++) {
    const piece = row[`content${at}`];
    if (!(piece instanceof Uint8Array)) return Buffer.concat(pieces);
    pieces.push(piece);
  }
};

const timeIn = ({ expires }: Row): number => (expires instanceof Date ? expires.getTime() : 0);

export interface Swept {
  /** Items that had expired. */
  readonly removed: number;
  /** Whether nothing is left that expired before today. */
  readonly isDone: boolean;
}

/**
 * Takes out what expired before today. After `budgetMs` nothing more is begun; what is left, or has failed, is there for the
 * next time, and costs nothing but its room until then. One request for each of 256 partitions, two for each item that has
 * expired, and two for each hundred of them.
 */
export const sweepTable = async (options: TableStateOptions, budgetMs: number): Promise<Swept> => {
  const { table, now, random } = options;
  const ask = asking(options);
  const start = now();
  const isOver = (): boolean => now() - start >= budgetMs;
  const today = remindersOf(start);
  let removed = 0;
  let isDone = true;

  /** Whether nobody needs to be reminded of the item any more. */
  const settled = async ({ partitionKey, rowKey }: Keys): Promise<boolean> => {
    const item = rowKey.slice(today.length);
    const queryOptions = { select: ['expires'] };
    const row = await unless(missing, () =>
      ask((abortSignal) => table.getEntity<Row>(partitionKey, item, { abortSignal, queryOptions })),
    );
    // One that expires later by now has a reminder of that day as well.
    if (!row || remindersOf(timeIn(row)) >= today) return true;
    const { etag } = row;
    const answer = await unless(changed, () =>
      ask((abortSignal) => table.deleteEntity(partitionKey, item, { etag, abortSignal })),
    );
    if (answer) removed++;
    else isDone = false;
    return answer !== undefined;
  };

  const sweepPartition = async (partition: string): Promise<void> => {
    const filter = `PartitionKey eq '${partition}' and RowKey ge '${reminders}' and RowKey lt '${today}'`;
    const queryOptions = { filter, select: ['PartitionKey', 'RowKey'] };
    const pages = pagesOf(ask, mostInTransaction, (abortSignal) =>
      table.listEntities<Keys>({ abortSignal, queryOptions }),
    );
    if (isOver()) isDone = false;
    else
      for await (const page of pages) {
        const answers = await eachOf(page, atOnce, settled);
        const done = page.filter((_, at) => answers[at]).map(forgetting);
        // Of two that sweep at a time one takes a reminder out; the other leaves its hundred for the next time.
        const isForgotten =
          done.length === 0 ||
          (await unless(missing, () => ask((abortSignal) => table.submitTransaction(done, { abortSignal }))));
        if (isForgotten && !isOver()) continue;
        isDone = false;
        return;
      }
  };

  const first = Math.floor(random() * partitions.length);
  const inTable = within('state', `the table ${table.tableName} cannot be swept`);
  // Not always from the same one, so that where time is short each has its turn.
  await inTable(() => eachOf([...partitions.slice(first), ...partitions.slice(0, first)], 4, sweepPartition));
  return { removed, isDone };
};

/** https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions */
const mostInTransaction = 100;

const forgetting = ({ partitionKey, rowKey }: Keys): TransactionAction => [
  'delete',
  { partitionKey, rowKey },
];

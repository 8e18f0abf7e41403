/** A DynamoDB table in, a StateStore that keeps it, out. */
import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { KlaxonError } from '../../shared/errors.ts';
import type { Clock, Pause, Random, StateStore } from '../../shared/ports.ts';
import type { Item, ItemStore } from '../../shared/state/item.ts';
import { itemState } from '../../shared/state/item-state.ts';
import { within } from './client.ts';

export interface TableStateOptions {
  /** By its name: its partition key is the text `key`, it has no sort key, and `expires` is its TTL attribute. */
  readonly table: string;
  readonly client: DynamoDBClient;
  readonly now: Clock;
  readonly pause: Pause;
  readonly random: Random;
}

/**
 * One item a key (docs/decisions/0020). `add` sends a BatchGetItem for each 100 keys and a PutItem for each key that
 * changes; `update` sends one of each. Each time that another writer came between adds one of each, and so does each 380 KB
 * of a set that is larger. The function needs dynamodb:BatchGetItem, BatchWriteItem and PutItem on the table.
 */
export const tableState = (options: TableStateOptions): StateStore =>
  itemState({ ...options, items: itemsOf(options) });

/** DynamoDB takes 400 KB an item, its key and the names of its attributes included. */
const maxBytes = 380 * 1024;
/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const mostRead = 100;
/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
const mostRemoved = 25;

type Row = Record<string, AttributeValue>;

const itemsOf = ({ table, client, pause, random }: TableStateOptions): ItemStore => {
  const inTable = within('state', `the table ${table} cannot be used`);

  /** DynamoDB answers up to 16 MB, and as much as the table may give now. The rest it hands back, to be asked for again. */
  const readInto = async (found: Map<string, Item>, names: readonly string[]): Promise<void> => {
    let keys: readonly Row[] = names.map(rowKey);
    for (let fruitless = 0; keys.length > 0; ) {
      if (fruitless === mostFruitless) throw starved(table, keys.length);
      if (fruitless > 0) await pause(firstDelayMs * 2 ** fruitless * random());
      const command = new BatchGetItemCommand({
        RequestItems: { [table]: { Keys: [...keys], ConsistentRead: true } },
      });
      const { Responses, UnprocessedKeys } = await client.send(command);
      for (const row of Responses?.[table] ?? []) found.set(row['key']?.S ?? '', itemIn(row));
      const left = UnprocessedKeys?.[table]?.Keys ?? [];
      fruitless = left.length < keys.length ? 0 : fruitless + 1;
      keys = left;
    }
  };

  return {
    maxBytes,
    namesAtATime: mostRead,
    read: (names) =>
      inTable(async () => {
        const found = new Map<string, Item>();
        for (let at = 0; at < names.length; at += mostRead)
          await readInto(found, names.slice(at, at + mostRead));
        return found;
      }),
    write: (name, item, replaced) =>
      inTable(async () => {
        try {
          await client.send(
            new PutItemCommand({ TableName: table, Item: rowOf(name, item), ...only(replaced) }),
          );
          return true;
        } catch (thrown) {
          if (thrown instanceof ConditionalCheckFailedException) return false;
          throw thrown;
        }
      }),
    remove: (names) =>
      inTable(async () => {
        for (let at = 0; at < names.length; at += mostRemoved) {
          const some = names.slice(at, at + mostRemoved);
          const requests = some.map((name) => ({ DeleteRequest: { Key: rowKey(name) } }));
          // What DynamoDB hands back undone expires.
          await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
        }
      }),
  };
};

/** A table that gives nothing so many times in a row is out of capacity: the delivery comes again. */
const mostFruitless = 8;
const firstDelayMs = 25;

const starved = (table: string, count: number): KlaxonError =>
  new KlaxonError('state', `the table ${table} gave none of ${count} items: it is throttled`, {
    retryable: true,
  });

const rowKey = (name: string): Row => ({ key: { S: name } });

/** DynamoDB's TTL is in seconds: never before the item expires. */
const rowOf = (name: string, { content, version, expires }: Item): Row => ({
  ...rowKey(name),
  content: typeof content === 'string' ? { S: content } : { B: content },
  version: { S: version },
  expires: { N: String(Math.ceil(expires / 1000)) },
});

/** What this module has written, so its form is known; what is not of that form has no content, which is a fault. */
const itemIn = ({ content, version, expires }: Row): Item => ({
  content: content?.B ?? content?.S ?? '',
  version: version?.S ?? '',
  expires: Number(expires?.N) * 1000,
});

/** Names stand behind placeholders, for some are reserved words of DynamoDB's expressions. */
const only = (replaced: Item | undefined) =>
  replaced
    ? {
        ConditionExpression: '#version = :version',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':version': { S: replaced.version } },
      }
    : { ConditionExpression: 'attribute_not_exists(#key)', ExpressionAttributeNames: { '#key': 'key' } };

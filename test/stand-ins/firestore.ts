/**
 * The part of Firestore that state stands on, in memory, in its REST form. It is held to what Google's emulator does by the
 * same tests (`npm run test:gcp`).
 */
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import {
  isObject,
  type JsonObject,
  listOf,
  objectOf,
  parsedJson,
  pathOf,
  textOf,
} from '../../shared/schema/json.ts';
import { refusalOf } from './google.ts';
import { type Answer, closed, listening, openWire, type Wire } from './wire.ts';

export interface FakeFirestore {
  readonly url: string;
  readonly close: () => Promise<void>;
}

interface Kept {
  readonly fields: JsonObject;
  readonly updateTime: string;
}

export const openFirestore = async (): Promise<FakeFirestore> => {
  const documents = new Map<string, Kept>();
  let commits = 0;

  const batchGet = (body: JsonObject): Answer => {
    const names = new Set(listOf(body['documents']).map((name) => textOf(name) ?? ''));
    const answers = [...names].map((name) => {
      const kept = documents.get(name);
      return kept ? { found: { name, ...kept } } : { missing: name };
    });
    // In an order that is not the one they were asked for.
    return { status: 200, body: JSON.stringify(answers.toReversed()) };
  };

  /** All writes, or none. */
  const commit = (body: JsonObject): Answer => {
    const writes = listOf(body['writes']).filter(isObject);
    const refusal = writes
      .map((write) => refusalFor(write, documents))
      .find((answer) => answer !== undefined);
    if (refusal) return refusal;
    const updateTime = timeOf(commits++);
    for (const write of writes) {
      const update = objectOf(write['update']);
      const name = textOf(update?.['name']) ?? textOf(write['delete']) ?? '';
      if (update) documents.set(name, { fields: objectOf(update['fields']) ?? {}, updateTime });
      else documents.delete(name);
    }
    return { status: 200, body: JSON.stringify({ commitTime: updateTime }) };
  };

  const server = createServer(async (incoming, outgoing) => {
    const body = objectOf(parsedJson((await buffer(incoming)).toString('utf8'))) ?? {};
    const method = methodOf(incoming.url);
    const answer =
      method === 'batchGet'
        ? batchGet(body)
        : method === 'commit'
          ? commit(body)
          : refusalOf(404, 'NOT_FOUND');
    outgoing.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  });
  return { url: await listening(server), close: () => closed(server) };
};

/** What is asked of the documents of a database: what follows the colon. */
const methodOf = (url = ''): string =>
  url.replace(/^\/v1\/projects\/[^/]+\/databases\/[^/]+\/documents:/, '');

/** Every commit has a time of its own, which is told to the microsecond. */
const timeOf = (commit: number): string => `2026-01-02T03:04:05.${String(commit).padStart(6, '0')}Z`;

/** A document with what it is called and what its fields are called: https://firebase.google.com/docs/firestore/quotas */
const mostBytes = 1024 * 1024;

const refusalFor = (write: JsonObject, documents: ReadonlyMap<string, Kept>): Answer | undefined => {
  const name = textOf(pathOf(write, 'update', 'name')) ?? textOf(write['delete']) ?? '';
  const id = /^projects\/[^/]+\/databases\/[^/]+\/documents\/[^/]+\/([^/]+)$/.exec(name)?.[1] ?? '';
  if (!isId(id)) return refusalOf(400, 'INVALID_ARGUMENT', `no name of a document: ${name}`);
  const sizes = Object.values(objectOf(pathOf(write, 'update', 'fields')) ?? {}).map(bytesIn);
  if (sizes.reduce((sum, size) => sum + size, name.length) > mostBytes)
    return refusalOf(400, 'INVALID_ARGUMENT', `${name} is too large`);
  const kept = documents.get(name);
  const condition = objectOf(write['currentDocument']);
  if (condition?.['exists'] === false && kept) return refusalOf(409, 'ALREADY_EXISTS');
  const updateTime = textOf(condition?.['updateTime']);
  if (updateTime !== undefined && updateTime !== kept?.updateTime)
    return refusalOf(400, 'FAILED_PRECONDITION');
  return undefined;
};

const isId = (id: string): boolean =>
  id !== '' && id !== '.' && id !== '..' && !/^__.*__$/.test(id) && Buffer.byteLength(id) <= 1500;

const bytesIn = (value: unknown): number => {
  const text = isObject(value) ? (textOf(value['bytesValue']) ?? textOf(value['stringValue']) ?? '') : '';
  return isObject(value) && 'bytesValue' in value
    ? Buffer.byteLength(text, 'base64')
    : Buffer.byteLength(text);
};

/** A wire to Firestore, or to what stands in for it. */
export const wireToFirestore = (target: string): Promise<Wire> =>
  openWire({
    target,
    operationOf: ({ url }) => methodOf(url),
    throttles: refusalOf(429, 'RESOURCE_EXHAUSTED'),
    fails: refusalOf(503, 'UNAVAILABLE'),
  });

let made = 0;

/** A database of its own: the first document that is written to it makes it. */
export const madeDatabase = (): string => `projects/example/databases/klaxon-${process.pid}-${made++}`;

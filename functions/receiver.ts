/**
 * What an API server posts (the webhook backend of https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/), in; the
 * status that it is answered with, once its events are dealt with, out. The same for every cloud.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { gunzip, isGzip } from '../shared/decode/gunzip.ts';
import { DeliveryError, KlaxonError } from '../shared/errors.ts';
import type { Clock, SecretOf } from '../shared/ports.ts';
import { isObject, type JsonObject, parsedJson, textOf } from '../shared/schema/json.ts';
import { mostPostedBytes, receiverPath } from '../shared/settings/environment.ts';
import type { Outcome } from './start.ts';

export interface PostedBatch {
  readonly method: string;
  readonly path: string;
  /** By their names in small letters. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

/** A status alone: whoever is refused is not told why. */
export interface ReceiverAnswer {
  readonly status: 200 | 400 | 401 | 404 | 405 | 413 | 503;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ReceiverOptions {
  /** Names of clusters that may send; each shows a token of its own. */
  readonly senders: readonly string[];
  /** A reference to a secret but for its last part, the name of a cluster. */
  readonly tokens: string;
  readonly secretOf: SecretOf;
  readonly now: Clock;
  /** Told why a batch has to come again, for a log. */
  readonly warn: (message: string) => void;
  readonly maxBytes?: number | undefined;
  /** Of a compressed body, once it is unfolded. */
  readonly maxUnfoldedBytes?: number | undefined;
}

const defaultMaxUnfoldedBytes = 32 * 1024 * 1024;

/** Deals with what a cluster sent; throws a KlaxonError where it has to come again. */
export type TakeEvents = (eventList: JsonObject, cluster: string) => Promise<void>;

export type Receiver = (request: PostedBatch, take: TakeEvents) => Promise<ReceiverAnswer>;

export const receiverOf = (options: ReceiverOptions): Receiver => {
  const isKnown = tokenCheck(options);

  return async ({ method, path, headers, body }, take) => {
    if (!path.startsWith(receiverPath)) return { status: 404 };
    if (method !== 'POST') return { status: 405, headers: { allow: 'POST' } };
    try {
      const cluster = clusterIn(path);
      // Who shows no token learns neither whether there is such a cluster, nor anything of its body.
      if (!(await isKnown(cluster, tokenIn(headers['authorization'])))) return unknownSender;
      const content = contentOf(body, headers['content-encoding'], options);
      if (typeof content === 'number') return { status: content };
      const eventList = eventListIn(content);
      if (!eventList) return { status: 400 };
      await take(eventList, cluster);
      return { status: 200 };
    } catch (thrown) {
      if (!(thrown instanceof KlaxonError)) throw thrown;
      options.warn(`a batch comes again: ${thrown.message}`);
      return comeAgain;
    }
  };
};

/** Deals with what was posted; nothing is found where nobody sends anything by HTTP. */
export const received = async (
  receiver: Receiver | undefined,
  posted: PostedBatch,
  process: (eventList: JsonObject, cluster: string) => Promise<Outcome>,
): Promise<{ readonly outcomes: readonly Outcome[]; readonly answer: ReceiverAnswer }> => {
  const outcomes: Outcome[] = [];
  const answer = await receiver?.(posted, async (eventList, cluster) => {
    outcomes.push(await process(eventList, cluster));
  });
  return { outcomes, answer: answer ?? { status: 404 } };
};

const unknownSender: ReceiverAnswer = { status: 401, headers: { 'www-authenticate': 'Bearer' } };

/** API servers try again after a 5xx, by a backoff of their own. */
const comeAgain: ReceiverAnswer = { status: 503, headers: { 'retry-after': '10' } };

const clusterIn = (path: string): string => {
  try {
    return decodeURIComponent(path.slice(receiverPath.length));
  } catch {
    return '';
  }
};

const tokenIn = (authorization = ''): string => /^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '';

const contentOf = (
  body: Uint8Array,
  encoding: string | undefined,
  {
    maxBytes = mostPostedBytes,
    maxUnfoldedBytes = defaultMaxUnfoldedBytes,
  }: Pick<ReceiverOptions, 'maxBytes' | 'maxUnfoldedBytes'>,
): Uint8Array | 400 | 413 => {
  if (body.length > maxBytes) return 413;
  const isPacked = encoding !== undefined && encoding.trim().toLowerCase() !== 'identity';
  if (!isPacked) return body;
  if (encoding.trim().toLowerCase() !== 'gzip' || !isGzip(body)) return 400;
  try {
    return gunzip(body, maxUnfoldedBytes);
  } catch (thrown) {
    if (!(thrown instanceof DeliveryError)) throw thrown;
    return thrown.reason === 'too-large' ? 413 : 400;
  }
};

const eventListIn = (content: Uint8Array): JsonObject | undefined => {
  const value = parsedJson(Buffer.from(content.buffer, content.byteOffset, content.length).toString('utf8'));
  if (!isObject(value) || value['kind'] !== 'EventList' || !Array.isArray(value['items'])) return undefined;
  return textOf(value['apiVersion'])?.startsWith('audit.k8s.io/') ? value : undefined;
};

/** A token that was taken back is good for no longer than this. */
const rememberedMs = 5 * 60_000;
/** A wrong token may be a new one: it is looked up, but not for each of a flood of them. */
const askedAgainMs = 30_000;

interface KnownTokens {
  readonly readAt: number;
  readonly tokens: readonly Buffer[];
}

/**
 * Tokens are compared by their digests, so that neither their length nor how much of one is right can be measured. A secret
 * may hold two with a space between, while one takes the place of the other.
 */
const tokenCheck = ({ senders, tokens, secretOf, now }: ReceiverOptions) => {
  const known = new Map<string, KnownTokens>();

  const read = async (cluster: string): Promise<KnownTokens> => {
    const secret = await secretOf(`${tokens}${cluster}`);
    const found = { readAt: now(), tokens: secret.split(/\s+/).filter(Boolean).map(digestOf) };
    known.set(cluster, found);
    return found;
  };

  return async (cluster: string, token: string): Promise<boolean> => {
    if (!senders.includes(cluster) || token === '') return false;
    const shown = digestOf(token);
    const held = known.get(cluster);
    const age = held ? now() - held.readAt : Number.POSITIVE_INFINITY;
    if (held && age < rememberedMs && isAmong(shown, held.tokens)) return true;
    if (held && age < askedAgainMs) return false;
    return isAmong(shown, (await read(cluster)).tokens);
  };
};

const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/** Every one is compared, whichever it is. */
const isAmong = (shown: Buffer, tokens: readonly Buffer[]): boolean =>
  tokens.reduce((found, token) => timingSafeEqual(shown, token) || found, false);

/** What the core asks of the world around it: a clock, memory that outlives an invocation, and a place for evidence. */
import { KlaxonError } from './errors.ts';
import type { JsonValue } from './schema/json.ts';

/** Epoch milliseconds. Only expiry asks it: windows of detection go by event time. */
export type Clock = () => number;

/** Resolves after so many milliseconds, or as soon as the signal aborts; never rejects. */
export type Pause = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

/** At least 0, less than 1. */
export type Random = () => number;

/**
 * Asks the store of secrets, each time, for what lies behind a reference. Who uses the secret remembers it.
 * Throws a KlaxonError that does not name the secret.
 */
export type SecretOf = (reference: string) => Promise<string>;

export interface HttpRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For all of it, the answer included. */
  readonly timeoutMs: number;
}

export interface HttpAnswer {
  /** Of any value: redirections are not followed. */
  readonly status: number;
  /** As the header of this name has it: seconds, or a date. */
  readonly retryAfter?: string | undefined;
  /** The beginning of an answer that is no success, to tell a person why. */
  readonly text: string;
}

/** Sends one POST. Throws a retryable KlaxonError of code `alert`, which does not name the URL's path, where no answer came. */
export type HttpPost = (request: HttpRequest) => Promise<HttpAnswer>;

/** A key holds at most this many members: with ids and values of some hundred bytes they fit DynamoDB's 400 KB an item. */
export const defaultMaxMembers = 1000;

/** One thing that is remembered below a key: an event, a field's value, a step of a sequence. */
export interface Member {
  /** Says what it is, so that the same thing told twice is one member: an event's id, a value, a step's name. */
  readonly id: string;
  /** Event time, epoch milliseconds. Of a member told with several times, the earliest stays. */
  readonly time: number;
  /** Stays with the time it came with. What is frozen is taken to be so all the way down, and may be kept as it is. */
  readonly value?: JsonValue | undefined;
}

export interface Entry {
  readonly key: string;
  /** None: the key is only read. */
  readonly members: readonly Member[];
  /** A member lives this long, by the store's clock, from when it was last told. Positive. */
  readonly ttlSeconds: number;
  /** The most members the key may hold, the same in every call for that key. `defaultMaxMembers` if absent. */
  readonly maxMembers?: number | undefined;
}

/**
 * Memory that outlives one invocation. What one call writes is seen by every later call, of whatever process. A call
 * that fails throws a KlaxonError of code `state`, `retryable` where the same call may succeed later, and may be
 * repeated: adding what is there changes nothing, and no key is ever half written.
 */
export interface StateStore {
  /**
   * Inserts the members that are absent and answers, entry by entry, the set as it now stands: unexpired, by event time,
   * then by id. Of more members than a key may hold the first in that order are kept, so any order of arrival leaves the
   * same set; a key whose members come without end should therefore name a window. Any number of keys in one call.
   */
  readonly add: (entries: readonly Entry[]) => Promise<readonly (readonly Member[])[]>;
  /**
   * Read, pure change, conditional write, retried on conflict: for baselines and summaries only. `change` gets a value
   * of its own, or undefined where there is none or it has expired, and may be asked more than once; what it answers must
   * survive JSON, and lives `ttlSeconds` from now. What it throws is passed on, and nothing is written. A key of `update`
   * is not a key of `add`, whatever its name.
   */
  readonly update: <T>(key: string, change: (current: T | undefined) => T, ttlSeconds: number) => Promise<T>;
}

/**
 * A name in an archive: parts of letters, digits and `-_.=%~`, divided by slashes. No part begins with a dot or ends with
 * one, so that a name means the same in every store and cannot leave a folder.
 */
export const isObjectName = (name: string): boolean =>
  name.length <= longestName &&
  name
    .split('/')
    .every((part) => part.length <= longestPart && /^[\w=%~-](?:[\w.=%~-]*[\w=%~-])?$/.test(part));

/** @throws KlaxonError where it is none: that is not retryable. */
export const checkObjectName = (name: string): void => {
  if (!isObjectName(name)) throw new KlaxonError('archive', `not a name of an object: ${name}`);
};

/** S3 and Cloud Storage allow 1024 bytes, Blob Storage as many characters. */
const longestName = 1024;
/** What file systems allow between two slashes. */
const longestPart = 255;

export interface ArchiveObject {
  /** @see isObjectName */
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

export interface ListedObject {
  readonly name: string;
  /** As stored. */
  readonly bytes: number;
}

/**
 * Where evidence lies: what is written once is never changed. A call that fails throws a KlaxonError of code `archive`,
 * `retryable` where the same call may succeed later; a name that is none is refused, and that is not retryable. Prefixes
 * are empty or end in a slash; what is listed comes in the order of its names, byte by byte, page after page as it is asked for,
 * and holds all that was written before the call.
 */
export interface ArchiveStore {
  /**
   * Writes an object whole, or not at all, unless its name is taken. Answers whether this call wrote it: of several
   * that race for a name one does. Who is told of a failure may repeat the call; it may find the name taken by itself.
   */
  readonly put: (object: ArchiveObject) => Promise<boolean>;
  /** The bytes of an object; undefined where there is none of that name. */
  readonly get: (name: string) => Promise<Uint8Array | undefined>;
  /** Every object below a prefix, at any depth. */
  readonly list: (prefix: string) => AsyncIterable<ListedObject>;
  /** The prefixes one part longer than this one below which there are objects. */
  readonly folders: (prefix: string) => AsyncIterable<string>;
}

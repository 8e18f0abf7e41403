/** The account of one delivery while it is opened: every record ends as a RawRecord, a Rejection or a counted drop. */
import { isObject, type JsonObject } from '../schema/json.ts';
import {
  type ArchivedMarks,
  type Dialect,
  type DropReason,
  type EnvelopeOrigin,
  type Location,
  type RawRecord,
  type Rejection,
  type RejectionReason,
  rejectionPrefixLength,
} from '../schema/raw-record.ts';

export interface DecodeLimits {
  /** The most bytes that one compressed part of a delivery may unfold to. */
  readonly maxBytes: number;
  /** How many envelopes may stand inside one another. */
  readonly maxEnvelopes: number;
}

export const defaultLimits: DecodeLimits = { maxBytes: 64 * 1024 * 1024, maxEnvelopes: 8 };

/** Where the document being opened stands, and what is known about its origin before it is opened. */
export interface DecodeContext {
  readonly location?: Location | undefined;
  readonly origin?: EnvelopeOrigin | undefined;
  readonly limits?: DecodeLimits | undefined;
}

export interface Decoded {
  readonly records: readonly RawRecord[];
  readonly rejections: readonly Rejection[];
  readonly dropped: ReadonlyMap<DropReason, number>;
  /** It was an envelope, not a bare record. */
  readonly isBatch: boolean;
}

export class Decoding implements Decoded {
  readonly records: RawRecord[] = [];
  readonly rejections: Rejection[] = [];
  readonly dropped = new Map<DropReason, number>();
  readonly limits: DecodeLimits;
  readonly #place: Location | undefined;
  isBatch = false;
  #next = 0;

  constructor(context: DecodeContext) {
    this.limits = context.limits ?? defaultLimits;
    this.#place = context.location;
  }

  /** Says that records from here on are members of a batch, so that each location names its place in it. */
  batch(): void {
    this.isBatch = true;
  }

  record(dialect: Dialect, origin: EnvelopeOrigin, content: RecordContent): void {
    this.records.push(new DecodedRecord(dialect, origin, content, this.#next, this.#here()));
    this.#next++;
  }

  reject(reason: RejectionReason, detail: string, text: string, dialect?: Dialect): void {
    const prefix = text.slice(0, rejectionPrefixLength);
    this.rejections.push({ index: this.#next, reason, detail, dialect, prefix, location: this.#here() });
    this.#next++;
  }

  drop(reason: DropReason, count = 1): void {
    this.dropped.set(reason, (this.dropped.get(reason) ?? 0) + count);
    this.#next += count;
  }

  #here(): Location | undefined {
    if (!this.#place || !this.isBatch) return this.#place;
    return { path: this.#place.path, line: this.#place.line, index: this.#next };
  }
}

/**
 * A class, not a literal: V8 makes the objects of a literal old from the start once most of the earlier ones have lived for some time,
 * as the records of a process's first deliveries do; each would then keep its line until old objects are looked through.
 */
class DecodedRecord implements RawRecord {
  readonly dialect: Dialect;
  readonly line: string | undefined;
  readonly body: JsonObject | undefined;
  readonly origin: EnvelopeOrigin;
  readonly deliveryId: string | undefined;
  readonly time: number | undefined;
  readonly archived: ArchivedMarks | undefined;
  readonly index: number;
  readonly location: Location | undefined;

  constructor(
    dialect: Dialect,
    origin: EnvelopeOrigin,
    content: RecordContent,
    index: number,
    location: Location | undefined,
  ) {
    this.dialect = dialect;
    this.line = content.line;
    this.body = content.body;
    this.origin = origin;
    this.deliveryId = content.deliveryId;
    this.time = content.time;
    this.archived = content.archived;
    this.index = index;
    this.location = location;
  }
}

export interface RecordContent {
  readonly line?: string | undefined;
  readonly body?: JsonObject | undefined;
  readonly deliveryId?: string | undefined;
  readonly time?: number | undefined;
  readonly archived?: ArchivedMarks | undefined;
}

/** A short text of any value, for a rejection; never throws, whatever the value holds. */
export const describe = (content: unknown): string => {
  if (typeof content === 'string') return content;
  if (Array.isArray(content)) return `[${content.length}]`;
  if (!isObject(content)) return content === null ? 'null' : typeof content;
  return `{${Object.keys(content).slice(0, 12).join(', ')}}`;
};

/** What Cloud Logging is asked, and what it answers, between objects and the bytes on the wire. */
import { createHash } from 'node:crypto';
import description from '@google-cloud/logging-api/build/protos/protos.json' with { type: 'json' };
import protobuf from 'protobufjs';
import { KlaxonError } from '../../../shared/errors.ts';
import type { LogEvent } from '../../../shared/pull/source.ts';
import { type JsonObject, textOf } from '../../../shared/schema/json.ts';
import { auditLogTypes } from './audit-log-types.ts';
import { jsonOf } from './proto-json.ts';

/** The definitions that the client brings, with what audit logs hold. */
export const loggingTypes = (): protobuf.Root => {
  const root = protobuf.Root.fromJSON(description as protobuf.INamespace);
  for (const [name, nested] of Object.entries(auditLogTypes)) root.define(name).addJSON(nested);
  // As the answers are defined, but that an entry stays its bytes: one that cannot be read does not take the others along.
  root.define('klaxon').addJSON({
    Listed: {
      fields: {
        entries: { rule: 'repeated', type: 'bytes', id: 1 },
        nextPageToken: { type: 'string', id: 2 },
      },
    },
    Tailed: {
      fields: {
        entries: { rule: 'repeated', type: 'bytes', id: 1 },
        suppressionInfo: {
          rule: 'repeated',
          type: '.google.logging.v2.TailLogEntriesResponse.SuppressionInfo',
          id: 2,
        },
      },
    },
    // What names an entry, and where it is from.
    Head: {
      fields: {
        logName: { type: 'string', id: 12 },
        resource: { type: '.google.api.MonitoredResource', id: 8 },
        timestamp: { type: '.google.protobuf.Timestamp', id: 9 },
        insertId: { type: 'string', id: 4 },
      },
    },
  });
  return root;
};

export interface GkeLogEvent extends LogEvent {
  /** Such as `cloudaudit.googleapis.com/activity`. */
  readonly log: string;
  /** The entry, as a sink writes it. */
  readonly entry: JsonObject;
}

export interface Listed {
  readonly events: readonly GkeLogEvent[];
  readonly bytes: number;
  readonly next: string | undefined;
}

export interface Tailed {
  readonly events: readonly GkeLogEvent[];
  readonly bytes: number;
  /** How many entries were kept back, by reason. */
  readonly keptBack: readonly { readonly reason: string; readonly count: number }[];
}

/** As google.logging.v2 defines them, with names in camel case. */
export interface ListRequest {
  readonly resourceNames: readonly string[];
  readonly filter: string;
  readonly orderBy: 'timestamp asc';
  readonly pageSize: number;
  readonly pageToken?: string;
}

export interface TailRequest {
  readonly resourceNames: readonly string[];
  readonly filter: string;
}

export interface LoggingMessages {
  readonly listRequest: (request: ListRequest) => Buffer;
  readonly tailRequest: (request: TailRequest) => Buffer;
  readonly listed: (bytes: Uint8Array) => Listed;
  readonly tailed: (bytes: Uint8Array) => Tailed;
}

export const loggingMessages = (): LoggingMessages => {
  const root = loggingTypes();
  const listed = root.lookupType('klaxon.Listed');
  const tailed = root.lookupType('klaxon.Tailed');
  const entry = root.lookupType('google.logging.v2.LogEntry');
  const head = root.lookupType('klaxon.Head');
  const encoded = (name: string, request: object): Buffer => {
    const type = root.lookupType(name);
    return Buffer.from(type.encode(type.create({ ...request })).finish());
  };
  const eventsOf = (answer: object): readonly GkeLogEvent[] =>
    ((answer as RawAnswer).entries ?? []).map((bytes) => eventOf(bytes, entry, head));
  return {
    listRequest: (request) => encoded('google.logging.v2.ListLogEntriesRequest', request),
    tailRequest: (request) => encoded('google.logging.v2.TailLogEntriesRequest', request),
    listed: (bytes) => {
      const answer = listed.decode(bytes);
      const { nextPageToken = '' } = answer as RawAnswer;
      return {
        events: eventsOf(answer),
        bytes: bytes.length,
        next: nextPageToken === '' ? undefined : nextPageToken,
      };
    },
    tailed: (bytes) => {
      const answer = tailed.decode(bytes);
      const told = tailed.toObject(answer, { enums: String })['suppressionInfo'] as RawSuppressions;
      return {
        events: eventsOf(answer),
        bytes: bytes.length,
        keptBack: (told ?? []).map(({ reason = '', suppressedCount = 0 }) => ({
          reason,
          count: suppressedCount,
        })),
      };
    },
  };
};

interface RawAnswer {
  readonly entries?: readonly Uint8Array[];
  readonly nextPageToken?: string;
}

type RawSuppressions = readonly { readonly reason?: string; readonly suppressedCount?: number }[] | undefined;

const eventOf = (bytes: Uint8Array, entryType: protobuf.Type, headType: protobuf.Type): GkeLogEvent => {
  const entry = entryOf(bytes, entryType, headType);
  const timestamp = textOf(entry['timestamp']);
  const time = Date.parse(timestamp ?? '');
  if (timestamp === undefined || Number.isNaN(time))
    throw new KlaxonError('source', 'Cloud Logging answered with an entry that has no time');
  const log = decodeURIComponent((textOf(entry['logName']) ?? '').replace(/^.*\/logs\//, ''));
  // It is always there, says the documentation; what it is good for the entry itself can do.
  const insertId = textOf(entry['insertId']) ?? createHash('sha256').update(bytes).digest('base64url');
  return { id: `${timestamp}/${insertId}/${log.replace(/^.*\//, '')}`, time, log, entry };
};

/** What cannot be read is kept beside what names it: a scan of it counts a rejection. */
const entryOf = (bytes: Uint8Array, entryType: protobuf.Type, headType: protobuf.Type): JsonObject => {
  try {
    return jsonOf(entryType.decode(bytes), entryType);
  } catch {
    return {
      ...jsonOf(headType.decode(bytes), headType),
      unreadable: Buffer.from(bytes).toString('base64'),
    };
  }
};

/**
 * The part of Cloud Logging that a pull and a sink of alerts stand on: a gRPC server made of the client's own definitions, with
 * entries in memory.
 */
import description from '@google-cloud/logging-api/build/protos/protos.json' with { type: 'json' };
import {
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import type { INamespace } from 'protobufjs';
import { loggingTypes } from '../../functions/gcp/pull/messages.ts';
import { jsonOf } from '../../functions/gcp/pull/proto-json.ts';
import { isObject, type JsonObject, listOf, pathOf, textOf } from '../../shared/schema/json.ts';
import { entryFields } from '../functions/gcp/pull/entries.ts';

/** As google.logging.v2 defines a list; a tail has the first two alone. */
export interface Asked {
  readonly resourceNames: readonly string[];
  readonly filter: string;
  readonly orderBy: string;
  readonly pageSize: number;
  readonly pageToken: string;
}

/** How a call fails: with a status of gRPC, or by silence. */
export type CallFault = { readonly code: number; readonly details: string } | 'hangs';

/** A request to write, as its JSON would be, and who sent it. */
export interface Write {
  readonly body: JsonObject;
  readonly authorization: string;
  /** The other end of its connection. */
  readonly peer: string;
}

/** `closes`: the connection breaks, and no other is taken. */
export type WriteFault = CallFault | 'closes';

type FaultOf = (place: number, asked: Asked, call: 'list' | 'tail') => CallFault | undefined;

export interface FakeLogging {
  readonly endpoint: string;
  /** By project. Entries are found by their timestamp; what is added by `give` goes to open tails besides. */
  readonly projects: Map<string, JsonObject[]>;
  readonly give: (project: string, entries: readonly JsonObject[]) => void;
  /** Entries that tails of the project do not get, though they are told how many, and why. */
  readonly keepBack: (project: string, entries: readonly JsonObject[], reason: string) => void;
  /** With a status, or as a stream ends by itself. */
  readonly endTails: (fault?: Exclude<CallFault, 'hangs'>) => void;
  readonly openTails: () => number;
  /** How many entries a page has, over and over; 0 for one that is empty, and not the last. */
  pageSizes: readonly number[];
  /** From now on: which list or tail breaks, by its place since then, from 0. */
  readonly breaksAt: (faultOf: FaultOf) => void;
  /** The lists since `breaksAt` was last called, in their order. */
  readonly lists: () => readonly Asked[];
  readonly tails: () => readonly Asked[];
  /** From now on: which request to write fails. */
  readonly refuseWrites: (faultOf: (write: Write) => WriteFault | undefined) => void;
  /** All that were asked for, and those that were done. */
  readonly writes: () => readonly Write[];
  readonly written: () => readonly Write[];
  readonly close: () => Promise<void>;
}

export const openLogging = async (): Promise<FakeLogging> => {
  const projects = new Map<string, JsonObject[]>();
  const open = new Map<Stream, Asked>();
  let faultOf: FaultOf = () => undefined;
  let lists: Asked[] = [];
  let tails: Asked[] = [];
  let pages = 0;

  const found = ({ resourceNames, filter }: Asked): readonly JsonObject[] =>
    resourceNames
      .flatMap((name) => projects.get(name.replace('projects/', '')) ?? [])
      .filter((entry) => fits(entry, filter));

  const ListLogEntries = (call: ServerUnaryCall<Asked, object>, answer: sendUnaryData<object>): void => {
    const fault = faultOf(lists.length + tails.length, call.request, 'list');
    lists.push(call.request);
    if (fault === 'hangs') return;
    if (fault) {
      answer(fault);
      return;
    }
    const all = found(call.request).toSorted((left, right) => timeOf(left) - timeOf(right));
    const start = Number(call.request.pageToken.split('/')[0]);
    const size = fake.pageSizes[pages++ % fake.pageSizes.length] ?? 1;
    const isLast = size > 0 && start + size >= all.length;
    answer(null, {
      entries: all.slice(start, start + size).map(entryFields),
      nextPageToken: isLast ? '' : `${start + size}/${pages}`,
    });
  };

  const TailLogEntries = (call: Stream): void => {
    call.on('data', (asked: Asked) => {
      const fault = faultOf(lists.length + tails.length, asked, 'tail');
      tails.push(asked);
      if (fault && fault !== 'hangs') call.emit('error', fault);
      else if (!fault) open.set(call, asked);
    });
    call.on('cancelled', () => open.delete(call));
  };

  let writeFaultOf: (write: Write) => WriteFault | undefined = () => undefined;
  const writes: Write[] = [];
  const written: Write[] = [];
  const WriteLogEntries = (
    call: ServerUnaryCall<JsonObject, object>,
    answer: sendUnaryData<object>,
  ): void => {
    const [authorization] = call.metadata.get('authorization');
    const write = { body: call.request, authorization: String(authorization), peer: call.getPeer() };
    writes.push(write);
    const fault = writeFaultOf(write);
    if (fault === 'hangs') return;
    if (fault === 'closes') {
      server.forceShutdown();
      return;
    }
    if (fault) {
      answer(fault);
      return;
    }
    written.push(write);
    answer(null, {});
  };

  const tailsOf = (project: string): readonly (readonly [Stream, Asked])[] =>
    [...open].filter(([, { resourceNames }]) => resourceNames.includes(`projects/${project}`));

  const add = (project: string, entries: readonly JsonObject[]): void => {
    projects.set(project, [...(projects.get(project) ?? []), ...entries]);
  };

  const server = new Server();
  server.addService(service, { ListLogEntries, TailLogEntries, WriteLogEntries });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (fault, bound) =>
      fault ? reject(fault) : resolve(bound),
    );
  });
  const fake: FakeLogging = {
    endpoint: `http://127.0.0.1:${port}`,
    projects,
    give: (project, entries) => {
      add(project, entries);
      for (const [call, { filter }] of tailsOf(project))
        call.write({ entries: entries.filter((entry) => fits(entry, filter)).map(entryFields) });
    },
    keepBack: (project, entries, reason) => {
      add(project, entries);
      for (const [call] of tailsOf(project))
        call.write({ suppressionInfo: [{ reason, suppressedCount: entries.length }] });
    },
    endTails: (fault) => {
      for (const call of open.keys())
        if (fault) call.emit('error', fault);
        else call.end();
      open.clear();
    },
    openTails: () => open.size,
    pageSizes: [1000],
    breaksAt: (next) => {
      faultOf = next;
      lists = [];
      tails = [];
    },
    lists: () => lists,
    tails: () => tails,
    refuseWrites: (next) => {
      writeFaultOf = next;
    },
    writes: () => writes,
    written: () => written,
    close: async () => server.forceShutdown(),
  };
  return fake;
};

type Stream = ServerDuplexStream<Asked, object>;

const defined = fromJSON(description as INamespace, { longs: String, enums: String, defaults: true })[
  'google.logging.v2.LoggingServiceV2'
] as ServiceDefinition;

const writeType = loggingTypes().lookupType('google.logging.v2.WriteLogEntriesRequest');

const { WriteLogEntries: write } = defined;
if (!write) throw new Error('the definitions have no WriteLogEntries');

/** What is written is read as Cloud Logging would show it, down to what was not said. */
const service: ServiceDefinition = {
  ...defined,
  WriteLogEntries: {
    ...write,
    requestDeserialize: (bytes: Buffer) => jsonOf(writeType.decode(bytes), writeType),
  },
};

/** The entries of a request to write. */
export const entriesIn = ({ body }: Write): readonly JsonObject[] => listOf(body['entries']).filter(isObject);

const timeOf = (entry: JsonObject): number => Date.parse(textOf(entry['timestamp']) ?? '');

/** As much of the language as a pull speaks: each line has to hold. */
const fits = (entry: JsonObject, filter: string): boolean =>
  filter.split('\n').every((line) => lineFits(entry, line));

const lineFits = (entry: JsonObject, line: string): boolean => {
  if (line.startsWith('((') || line.startsWith('(resource'))
    return line
      .split(' OR ')
      .some((part) => part.split(' AND ').every((one) => lineFits(entry, one.replace(/^\(+|\)+$/g, ''))));
  const values = [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) =>
    text.replace(/\\(.)/g, '$1'),
  );
  const [first = ''] = values;
  if (line.startsWith('timestamp>=')) return timeOf(entry) >= Date.parse(first);
  if (line.startsWith('timestamp<')) return timeOf(entry) < Date.parse(first);
  if (line.startsWith('(log_id'))
    return values.includes(decodeURIComponent((textOf(entry['logName']) ?? '').replace(/^.*\/logs\//, '')));
  const [, path = ''] = /^([a-z_.]+)=/.exec(line) ?? [];
  const value = textOf(pathOf(isObject(entry) ? entry : undefined, ...path.split('.')));
  return value !== undefined && values.includes(value);
};

export const unavailable = { code: status.UNAVAILABLE, details: 'The service is currently unavailable.' };
export const exhausted = {
  code: status.RESOURCE_EXHAUSTED,
  details: "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute'",
};
/** How a tail ends that is an hour old. */
export const outlived = { code: status.OUT_OF_RANGE, details: 'Session has run for the maximum time.' };
export const refused = { code: status.PERMISSION_DENIED, details: 'The caller does not have permission' };

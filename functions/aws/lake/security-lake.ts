/**
 * What the archive's manifests name, in; the same events as Parquet in Security Lake, each once, out. Run every hour.
 * https://docs.aws.amazon.com/security-lake/latest/userguide/custom-sources.html
 */
import { Readable } from 'node:stream';
import {
  type LakeClassName,
  lakeClasses,
  type Row,
  rowOf,
} from '../../../shared/archive/lake/lake-columns.ts';
import { lakeEventOf } from '../../../shared/archive/lake/lake-event.ts';
import {
  type LakePosition,
  type LakeWork,
  lakePositionIn,
  lakeStart,
  nextWork,
} from '../../../shared/archive/lake/lake-work.ts';
import { defaultLimits } from '../../../shared/decode/decoding.ts';
import type { ArchiveStore, Clock, StateStore } from '../../../shared/ports.ts';
import type { JsonValue } from '../../../shared/schema/json.ts';
import type { OcsfEvent, OcsfVersion } from '../../../shared/schema/ocsf/ocsf-event.ts';
import { readDocuments } from '../../documents.ts';
import { type ParquetFile, parquetFile } from './parquet.ts';

/** A custom source of Security Lake, which has one class. */
export interface LakeSource {
  readonly class: LakeClassName;
  readonly version: OcsfVersion;
  /** Below which the source may write, ending in a slash. */
  readonly prefix: string;
  /** Of the lake: objects are put unless their name is taken. */
  readonly put: ArchiveStore['put'];
  /** Tells the source from others that are carried to, in memory. */
  readonly key: string;
}

export interface LakeOptions {
  readonly sources: readonly LakeSource[];
  readonly archive: ArchiveStore;
  readonly state: StateStore;
  readonly now: Clock;
  /** Where the lake is. */
  readonly region: string;
  readonly createdBy: string;
  readonly warn: (message: string) => void;
}

export interface LakeSummary {
  /** All that manifests name is in the lake. */
  readonly isDone: boolean;
  readonly objects: number;
  readonly events: number;
}

/**
 * `deadline`: when the function is ended, epoch milliseconds. What is not done by then the next run does. Dying anywhere, and
 * running twice, leaves each event in the lake once: the names of objects follow from the manifest.
 * @throws KlaxonError of code `archive` or `state`.
 */
export const fillLake = async (deadline: number, options: LakeOptions): Promise<LakeSummary> => {
  let [isDone, objects, events] = [true, 0, 0];
  for (const source of options.sources) {
    const summary = await fillSource(source, deadline, options);
    isDone &&= summary.isDone;
    objects += summary.objects;
    events += summary.events;
  }
  return { isDone, objects, events };
};

/** Longer than a part of the archive takes. */
const reserveMs = 240_000;

const fillSource = async (
  source: LakeSource,
  deadline: number,
  options: LakeOptions,
): Promise<LakeSummary> => {
  const { archive, now } = options;
  const { kinds } = lakeClasses[source.class];
  let [objects, events] = [0, 0];
  let position = await positionOf(source, options);
  for (;;) {
    const work = await nextWork(archive, position, kinds);
    if (!work) return { isDone: true, objects, events };
    if (deadline - now() < reserveMs) return { isDone: false, objects, events };
    for (const file of await filesOf(work, source, options)) {
      await source.put({ name: file.name, contentType: 'application/vnd.apache.parquet', bytes: file.end() });
      objects++;
      events += file.events;
    }
    position = work.next;
    await keepPosition(source, position, options);
  }
};

/** Longer than anybody would leave it off and expect it to go on. */
const ttlSeconds = 400 * 24 * 60 * 60;

const positionOf = async (source: LakeSource, { state, archive }: LakeOptions): Promise<LakePosition> => {
  const kept = await state.update<JsonValue>(source.key, (current) => current ?? null, ttlSeconds);
  const position = lakePositionIn(kept);
  if (position) return position;
  const start = await lakeStart(archive);
  await state.update<JsonValue>(source.key, () => ({ ...start }), ttlSeconds);
  return start;
};

const keepPosition = async (
  source: LakeSource,
  position: LakePosition,
  { state }: LakeOptions,
): Promise<void> => {
  await state.update<JsonValue>(source.key, () => ({ ...position }), ttlSeconds);
};

interface OpenFile {
  readonly name: string;
  readonly file: ParquetFile;
  rows: { readonly time: number; readonly row: Row }[];
  events: number;
}

interface EndedFile {
  readonly name: string;
  readonly events: number;
  readonly end: () => Uint8Array;
}

/** One for each account and day. */
const filesOf = async (
  work: LakeWork,
  source: LakeSource,
  { archive, region, createdBy, warn }: LakeOptions,
): Promise<readonly EndedFile[]> => {
  const { columns, uid } = lakeClasses[source.class];
  const open = new Map<string, OpenFile>();
  const take = (event: OcsfEvent): void => {
    // A kind of event may be published by a class that the source is not for.
    if (event.class_uid !== uid) return;
    const folder = `region=${region}/accountId=${accountOf(event)}/eventDay=${dayOf(event)}`;
    let file = open.get(folder);
    if (!file) {
      const name = `${source.prefix}${folder}/${work.name}.parquet`;
      file = { name, file: parquetFile(columns, createdBy), rows: [], events: 0 };
      open.set(folder, file);
    }
    file.rows.push({ time: event.time, row: rowOf(columns, event) });
    file.events++;
    if (file.rows.length >= groupRows) flush(file);
  };
  for (const name of work.names) {
    const bytes = await archive.get(name);
    if (!bytes) {
      warn(`${name} is named by a manifest and not in the archive: it is not carried`);
      continue;
    }
    await readDocuments(
      Readable.from([bytes]),
      defaultLimits.maxBytes,
      (document) => {
        const event = lakeEventOf(document, source.version);
        if (event) take(event);
      },
      () => undefined,
    );
  }
  return [...open.values()].map((file) => {
    flush(file);
    return { name: file.name, events: file.events, end: file.file.end };
  });
};

/** Rows that are held before they are compressed. */
const groupRows = 2_000;

/** Security Lake asks for records in the order of their time. */
const flush = (file: OpenFile): void => {
  if (file.rows.length === 0) return;
  file.file.add(file.rows.toSorted((left, right) => left.time - right.time).map(({ row }) => row));
  file.rows = [];
};

const account = /^\d{12}$/;

/** Of what is in no account of AWS the documentation has `external`. */
const accountOf = ({ cloud }: OcsfEvent): string => {
  const { provider, account: own } = (cloud ?? {}) as Cloud;
  return provider === 'AWS' && own?.uid !== undefined && account.test(own.uid) ? own.uid : 'external';
};

interface Cloud {
  readonly provider?: string;
  readonly account?: { readonly uid?: string };
}

/** `20260314`. An event without a time has 0, as OCSF gives it, and so has one that no calendar of four digits holds. */
const dayOf = ({ time }: OcsfEvent): string =>
  new Date(time >= 0 && time < endOfCalendar ? time : 0).toISOString().slice(0, 10).replaceAll('-', '');

const endOfCalendar = Date.UTC(10_000, 0, 1);

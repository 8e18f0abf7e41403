/**
 * What detection costs beside what cannot be avoided. The floor is to gunzip a delivery and to parse both layers of its
 * JSON; the pipeline is to decode, normalise and detect. All that is compared runs over the same deliveries in one process, a
 * few of them at a time, and a ratio is the median over these turns, so that a noisy machine disturbs all alike.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { createGunzip, gunzipSync } from 'node:zlib';
import { loadRules } from '../functions/local/rule-files.ts';
import { createInvestigation, type Investigation } from '../shared/alert/investigation.ts';
import { archiveBatch } from '../shared/archive/archive-batch.ts';
import type { ArchiveForm } from '../shared/archive/line.ts';
import { decode } from '../shared/decode/decode.ts';
import { createDetector } from '../shared/detect/detect.ts';
import type { Rule } from '../shared/detect/rule.ts';
import { emptyAccount, nothingSeen, processDelivery } from '../shared/pipeline.ts';
import type { AuditEvent } from '../shared/schema/audit-event.ts';
import type { RawRecord } from '../shared/schema/raw-record.ts';
import { memoryState } from '../shared/state/memory-state.ts';
import { doubled } from './doubled.ts';
import { auditLines, deliveriesOf, type LambdaDelivery } from './traffic.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    input: { type: 'string' },
    events: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '15' },
    help: { type: 'boolean', default: false },
  },
});

const usage = `npm run bench [-- --json] [--events N] [--rounds N] [--input audit.jsonl[.gz]]`;

/** The most that the whole of the pipeline may cost, as a multiple of the floor. */
const budget = 1.6;

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

async function* linesOf(path: string): AsyncGenerator<string> {
  const file = createReadStream(path);
  const input = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  for await (const line of createInterface({ input })) if (line !== '') yield line;
}

const collected = async (lines: AsyncIterable<string>): Promise<readonly string[]> => {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
};

const floor = (delivery: LambdaDelivery): number => {
  const payload = JSON.parse(gunzipSync(Buffer.from(delivery.awslogs.data, 'base64')).toString('utf8')) as {
    readonly logEvents: readonly { readonly message: string }[];
  };
  let events = 0;
  for (const { message } of payload.logEvents) if (JSON.parse(message)) events++;
  return events;
};

/** As a function that stays warm does it, with its state in memory; with a form, all of archiving but the store's part. */
const pipeline = async (
  delivery: LambdaDelivery,
  investigation: Investigation,
  form?: ArchiveForm,
): Promise<number> => {
  const account = emptyAccount();
  const batch = form && archiveBatch({ form });
  const onEvent = (event: AuditEvent, record: RawRecord): void => {
    batch?.add(event, record);
    investigation.take(event);
  };
  processDelivery(decode(delivery), nothingSeen(), account, { onEvent });
  batch?.takeAll();
  await investigation.settle();
  await investigation.alerts();
  return account.events;
};

/** Bytes that are stored, in objects of the size that these deliveries make. */
const archivedBytes = (deliveries: readonly LambdaDelivery[], form: ArchiveForm): number => {
  const objects = deliveries.flatMap((delivery) => {
    const batch = archiveBatch({ form });
    processDelivery(decode(delivery), nothingSeen(), emptyAccount(), { onEvent: batch.add });
    return batch.takeAll();
  });
  return objects.reduce((sum, { bytes }) => sum + bytes.length, 0);
};

const investigationWith = (rules: readonly Rule[]): Investigation =>
  createInvestigation({ rules, state: memoryState(Date.now), now: Date.now, suppress: true });

/** CPU microseconds of this process, all its threads together. */
const cpu = async (work: () => Promise<void>): Promise<number> => {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
};

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((left, right) => left - right)[numbers.length >> 1] ?? 0;

/** What is measured beside the floor. */
interface Contender {
  readonly rules: readonly Rule[];
  readonly form?: ArchiveForm;
}

interface Measure {
  /** To the floor. */
  readonly ratio: number;
  /** To the first of those that were measured together. */
  readonly ratioToFirst: number;
  /** CPU of an event. */
  readonly microseconds: number;
}

/** Rounds that are not counted: the compiler of the engine settles in them. */
const warmUp = 10;

/** So many deliveries of one kind, then as many of the other: what disturbs the machine disturbs both. */
const turn = 8;

/** CPU microseconds of an event, of the floor first and then of each contender: a row for each turn. */
const measured = async (
  deliveries: readonly LambdaDelivery[],
  contenders: readonly Contender[],
  rounds: number,
): Promise<readonly (readonly number[])[]> => {
  const works = [
    async (delivery: LambdaDelivery) => floor(delivery),
    ...contenders.map(({ rules, form }) => {
      const investigation = investigationWith(rules);
      return (delivery: LambdaDelivery) => pipeline(delivery, investigation, form);
    }),
  ];
  const rows: number[][] = [];
  for (let round = 0; round < warmUp + rounds; round++) {
    for (let at = 0; at < deliveries.length; at += turn) {
      const row: number[] = [];
      for (const work of works) {
        let events = 0;
        const spent = await cpu(async () => {
          for (const delivery of deliveries.slice(at, at + turn)) events += await work(delivery);
        });
        row.push(spent / events);
      }
      if (round >= warmUp) rows.push(row);
    }
  }
  return rows;
};

/** What each contender costs, all of them measured together. */
const measures = async <K extends string>(
  deliveries: readonly LambdaDelivery[],
  contenders: Readonly<Record<K, Contender>>,
  rounds: number,
): Promise<Readonly<Record<K, Measure>>> => {
  const names = Object.keys(contenders) as K[];
  const rows = await measured(
    deliveries,
    names.map((name) => contenders[name]),
    rounds,
  );
  const over = (of: (row: readonly number[]) => number): number => median(rows.map(of));
  const measureAt = (place: number): Measure => ({
    ratio: over((row) => (row[place] ?? 0) / (row[0] ?? 1)),
    ratioToFirst: over((row) => (row[place] ?? 0) / (row[1] ?? 1)),
    microseconds: over((row) => row[place] ?? 0),
  });
  return Object.fromEntries(names.map((name, at) => [name, measureAt(at + 1)])) as Record<K, Measure>;
};

/** Bytes that one delivery leaves on the heap before anything is collected, by event. */
const allocation = async (
  deliveries: readonly LambdaDelivery[],
  work: (delivery: LambdaDelivery) => number | Promise<number>,
): Promise<number> => {
  const collect = globalThis.gc;
  if (!collect) return Number.NaN;
  const samples: number[] = [];
  for (const delivery of deliveries.slice(0, 20)) {
    collect();
    const before = process.memoryUsage().heapUsed;
    const events = await work(delivery);
    samples.push((process.memoryUsage().heapUsed - before) / events);
  }
  return median(samples);
};

const run = async (): Promise<void> => {
  const lines =
    values.input === undefined ? auditLines(Number(values.events)) : await collected(linesOf(values.input));
  const deliveries = deliveriesOf(lines, 250);
  const rounds = Number(values.rounds);
  const { rules } = loadRules({ rules: [], sigma: [], builtin: true });
  const events = deliveries.reduce((sum, delivery) => sum + floor(delivery), 0);
  const bytes = deliveries.reduce(
    (sum, { awslogs }) => sum + gunzipSync(Buffer.from(awslogs.data, 'base64')).length,
    0,
  );
  const compileStart = performance.now();
  createDetector(rules);
  const loadStart = performance.now();
  loadRules({ rules: [], sigma: [], builtin: true });
  const loadMilliseconds = performance.now() - loadStart;

  const { all, twice } = await measures(
    deliveries,
    { all: { rules }, twice: { rules: doubled(rules) } },
    rounds,
  );
  const { none } = await measures(deliveries, { none: { rules: [] } }, rounds);
  const archiving = { archived: { rules, form: 'audit' }, archivedAsOcsf: { rules, form: 'ocsf' } } as const;
  const { archived, archivedAsOcsf } = await measures(deliveries, archiving, rounds);
  const investigation = investigationWith(rules);
  const result = {
    ratio: rounded(all.ratio),
    budget,
    eventsPerSecond: Math.round(1_000_000 / all.microseconds),
    microsecondsPerEvent: rounded(all.microseconds),
    bytesPerEvent: Math.round(bytes / events),
    rules: rules.length,
    ratioWithoutRules: rounded(none.ratio),
    ratioWithTwiceTheRules: rounded(twice.ratio),
    ratioWithArchive: rounded(archived.ratio),
    ratioWithArchiveAsOcsf: rounded(archivedAsOcsf.ratio),
    archivedBytesPerEvent: Math.round(archivedBytes(deliveries, 'audit') / events),
    archivedBytesPerEventAsOcsf: Math.round(archivedBytes(deliveries, 'ocsf') / events),
    costOfTwiceTheRules: rounded(twice.ratioToFirst - 1),
    allocatedBytesPerEvent: Math.round(
      await allocation(deliveries, (delivery) => pipeline(delivery, investigation)),
    ),
    allocatedBytesPerEventByFloor: Math.round(await allocation(deliveries, floor)),
    rulesLoadedMilliseconds: Math.round(loadMilliseconds),
    rulesIndexedMilliseconds: rounded(loadStart - compileStart),
    events,
    deliveries: deliveries.length,
    rounds,
    node: process.versions.node,
  };
  if (!values.json) {
    print(
      `${result.rules} rules, ${events} events of ${result.bytesPerEvent} bytes in ${result.deliveries} deliveries, ${rounds} rounds, Node ${result.node}`,
    );
    print(
      `pipeline / floor        ${result.ratio} (budget ${budget})${result.ratio > budget ? '  OVER THE BUDGET' : ''}`,
    );
    print(`  without rules         ${result.ratioWithoutRules}`);
    print(
      `  with twice the rules  ${result.ratioWithTwiceTheRules} (+${Math.round(result.costOfTwiceTheRules * 100)} %)`,
    );
    print(
      `  with the archive      ${result.ratioWithArchive} (as OCSF ${result.ratioWithArchiveAsOcsf}), ${result.archivedBytesPerEvent} bytes stored an event (${result.archivedBytesPerEventAsOcsf})`,
    );
    print(`events a second, a core ${result.eventsPerSecond.toLocaleString('en')}`);
    print(
      `allocated an event      ${result.allocatedBytesPerEvent} bytes (floor ${result.allocatedBytesPerEventByFloor})`,
    );
    print(`rules read from YAML    ${result.rulesLoadedMilliseconds} ms`);
  }
  print(JSON.stringify(result));
};

const rounded = (number: number): number => Math.round(number * 1000) / 1000;

if (values.help) print(usage);
else await run();

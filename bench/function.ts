/**
 * What the function on AWS takes: its cold start, and a delivery of many records with every built-in rule on, by the memory
 * that it is given. It runs the bundle under Lambda's own protocol, in a process whose heap is kept as Lambda keeps it, with
 * its table, its bucket and its topic played on this machine: so times are those of this machine, waiting for them included.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { bundle, bundleInParts } from '../scripts/bundle.ts';
import { writePack } from '../scripts/pack.ts';
import { openWorld } from '../test/functions/aws/world.ts';
import { openLambda } from '../test/stand-ins/lambda.ts';
import { auditLines, deliveriesOf, type LambdaDelivery } from './traffic.ts';

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '3' },
    megabytes: { type: 'string', multiple: true, default: ['256', '512'] },
    json: { type: 'boolean', default: false },
  },
});

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'klaxon-bench-'));
const records = Number(values.records);
const rounds = Number(values.rounds);

/** Of the memory of a function, what V8 may use for its heap; the rest is for buffers, and for Node itself. */
const heapShare = 0.6;

/** As much as Kinesis hands over at a time, each record of it a payload of CloudWatch Logs. */
const payloadSize = 500;

const batchOf = (deliveries: readonly LambdaDelivery[]) => ({
  Records: deliveries.map(({ awslogs }, at) => ({
    eventSource: 'aws:kinesis',
    awsRegion: 'eu-west-1',
    kinesis: {
      sequenceNumber: String(at),
      data: awslogs.data,
      approximateArrivalTimestamp: 1_767_323_045,
    },
  })),
});

/** The deliveries of a round: other records each time. */
const shapes: Readonly<Record<string, (round: number) => unknown>> = {
  'one payload': (round) => deliveriesOf(auditLines(records, round + 1), records)[0],
  'a batch of a stream': (round) => batchOf(deliveriesOf(auditLines(records, round + 1), payloadSize)),
};

interface Measured {
  readonly shape: string;
  readonly megabytes: number;
  readonly isDone: boolean;
  readonly coldStartMs: number;
  readonly firstMs: number;
  readonly microsecondsPerRecord: number;
  readonly cpuMs: number;
  readonly peakMegabytes: number;
}

const measured = async (shape: string, megabytes: number): Promise<Measured> => {
  const world = await openWorld();
  const lambda = await openLambda({
    bundle: join(folder, 'handler.mjs'),
    environment: world.environment,
    flags: [`--max-old-space-size=${Math.floor(megabytes * heapShare)}`, '--max-semi-space-size=4'],
  });
  const times: number[] = [];
  let isDone = true;
  for (let round = 0; round < rounds && isDone; round++) {
    const event = shapes[shape]?.(round);
    const started = performance.now();
    const invocation = await lambda.invoke(event, 300_000);
    times.push(performance.now() - started);
    isDone = invocation.error === undefined;
  }
  const coldStartMs = Math.round(lambda.initMs());
  const { maxRssBytes, cpuMs } = await lambda.close();
  await world.close();
  const best = Math.min(...times.slice(1));
  return {
    shape,
    megabytes,
    isDone,
    coldStartMs,
    firstMs: Math.round(times[0] ?? Number.NaN),
    microsecondsPerRecord: Math.round((best / records) * 1000),
    cpuMs: Math.round(cpuMs),
    peakMegabytes: Math.round(maxRssBytes / 1024 / 1024),
  };
};

/** Milliseconds to load what is packed, by the processor's clock, in new processes: the least of several. */
const rulesMs = (): number => {
  const code = `const { startFrom } = await import(${JSON.stringify(join(folder, 'pack.mjs'))});
    const before = process.cpuUsage();
    startFrom(new URL(${JSON.stringify(pathToFileURL(`${folder}/`).href)}), () => undefined);
    const { user, system } = process.cpuUsage(before);
    process.stdout.write(String((user + system) / 1000));`;
  const times = Array.from({ length: 7 }, () => {
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
      encoding: 'utf8',
    });
    return Number(stdout);
  });
  return Math.round(Math.min(...times));
};

await bundleInParts(root, 'functions/aws/handler.ts', join(folder, 'handler.mjs'));
await bundle(root, 'functions/pack.ts', join(folder, 'pack.mjs'));
const { rules } = writePack(false, folder);
const loadMs = rulesMs();
const results: Measured[] = [];
for (const megabytes of values.megabytes.map(Number))
  for (const shape of Object.keys(shapes)) results.push(await measured(shape, megabytes));
rmSync(folder, { recursive: true });

if (!values.json) {
  process.stdout.write(`${rules} rules and the settings are loaded in ${loadMs} ms\n`);
  for (const each of results) {
    const end = each.isDone ? `${each.microsecondsPerRecord} microseconds a record` : 'NOT DONE';
    process.stdout.write(
      `${each.megabytes} MB, ${records} records as ${each.shape}: cold start ${each.coldStartMs} ms, first ${each.firstMs} ms, then ${end}, at most ${each.peakMegabytes} MB\n`,
    );
  }
}
process.stdout.write(`${JSON.stringify({ records, rules, loadMs, results })}\n`);

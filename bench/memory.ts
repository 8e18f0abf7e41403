/**
 * How much memory a scan of a large log takes: an audit log of the given size is written to `klaxon scan -` as fast as
 * it reads, and the peak of its resident memory is asked of the process itself. Node gets the options that bin/klaxon.js gives it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { auditLines } from './traffic.ts';

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '2000' },
    json: { type: 'boolean', default: false },
    'without-rules': { type: 'boolean', default: false },
  },
});

const handler = fileURLToPath(new URL('../functions/local/handler.ts', import.meta.url));
const trial = `import { main } from ${JSON.stringify(handler)};
process.exitCode = await main(['scan', '-', '--output', 'ndjson', '--stats'${values['without-rules'] ? ", '--no-builtin'" : ''}]);
process.stderr.write(JSON.stringify({ maxRss: process.resourceUsage().maxRSS }) + '\\n');`;

const target = Number(values.megabytes) * 1_000_000;
const options = ['--max-semi-space-size=8', '--heap-growing-percent=50'];
const scan = spawn(process.execPath, [...options, '--input-type=module', '--eval', trial], {
  stdio: ['pipe', 'ignore', 'pipe'],
});
let told = '';
scan.stderr.setEncoding('utf8').on('data', (text: string) => {
  told += text;
});
const exited = once(scan, 'exit');

let written = 0;
for (let seed = 1; written < target; seed++) {
  // The same day of traffic again, under other ids.
  const block = Buffer.from(
    `${[...auditLines(20_000, seed)].join('\n').replaceAll('-8000-', `-${(0x8000 + (seed % 0x1000)).toString(16)}-`)}\n`,
  );
  written += block.length;
  if (!scan.stdin.write(block)) await once(scan.stdin, 'drain');
}
scan.stdin.end();
const [status] = (await exited) as [number];
const [stats, memory] = told
  .trim()
  .split('\n')
  .slice(-2)
  .map((line) => JSON.parse(line) as Record<string, number>);
if (status !== 0 || !stats || !memory) throw new Error(`the scan failed with ${status}: ${told}`);
const result = {
  megabytes: Math.round(written / 1_000_000),
  events: stats.events,
  seconds: Math.round((stats.milliseconds ?? 0) / 100) / 10,
  peakMegabytes: Math.round((memory.maxRss ?? 0) / 1024),
};
if (!values.json)
  process.stdout.write(
    `${result.megabytes} MB, ${result.events} events in ${result.seconds} s, at most ${result.peakMegabytes} MB of memory\n`,
  );
process.stdout.write(`${JSON.stringify(result)}\n`);

/**
 * Runs the tests of test/gcp against the emulators of the Google Cloud CLI, which it starts and stops each time. Where they or
 * Java are missing it says so in one line, and that is no failure; whatever else goes wrong is one.
 */
import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { existsSync, globSync, realpathSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { runTests } from './run-tests.ts';

interface Emulator {
  /** As the Google Cloud CLI calls it. */
  readonly component: string;
  /** Below the CLI's own folder. */
  readonly jar: string;
  /** How Java is told to run it. */
  readonly words: (jar: string) => readonly string[];
  /** What it says when it takes requests. */
  readonly ready: RegExp;
  /** By which its clients find it. */
  readonly variable: string;
}

const emulators: readonly Emulator[] = [
  {
    component: 'cloud-firestore-emulator',
    jar: 'platform/cloud-firestore-emulator/cloud-firestore-emulator*.jar',
    words: (jar) => ['-cp', jar, 'com.google.cloud.datastore.emulator.firestore.CloudFirestore', 'start'],
    ready: /Dev App Server is now running/,
    variable: 'FIRESTORE_EMULATOR_HOST',
  },
  {
    component: 'pubsub-emulator',
    jar: 'platform/pubsub-emulator/lib/cloud-pubsub-emulator-*.jar',
    words: (jar) => ['-jar', jar],
    ready: /Server started, listening on/,
    variable: 'PUBSUB_EMULATOR_HOST',
  },
];

const startMs = 2 * 60_000;

type Java = ChildProcessByStdio<null, Readable, Readable>;

/** Where the Google Cloud CLI lies: wherever `gcloud` on the PATH leads, or where Linux packages put it. */
const folders = (): readonly string[] => {
  const programs = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'gcloud'));
  const own = programs.filter(existsSync).map((program) => dirname(dirname(realpathSync(program))));
  return [...own, '/usr/lib/google-cloud-sdk', '/usr/share/google-cloud-sdk'];
};

const jarOf = ({ jar }: Emulator): string | undefined =>
  folders()
    .flatMap((folder) => globSync(join(folder, jar)))
    .toSorted()
    .at(-1);

/** Undefined where all is there; otherwise what is not, and where it comes from. */
const missing = (): string | undefined => {
  const components = emulators.filter((emulator) => !jarOf(emulator)).map(({ component }) => component);
  if (components.length > 0)
    return `gcloud components install ${components.join(' ')} (or google-cloud-cli-firestore-emulator and google-cloud-cli-pubsub-emulator by apt)`;
  const { error, status } = spawnSync('java', ['-version'], { stdio: 'ignore', timeout: startMs });
  return error || status !== 0 ? 'a Java runtime, 11 or later, on the PATH' : undefined;
};

/** They tell nobody which port they were given, so it is one that was free just now. */
const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return typeof address === 'object' && address ? address.port : 0;
};

const started: Java[] = [];

/** Answers its host once it takes requests. */
const start = async (emulator: Emulator): Promise<string> => {
  const host = `127.0.0.1:${await freePort()}`;
  const [name, port = ''] = host.split(':');
  const words = ['-Xmx512m', '-Duser.language=en', ...emulator.words(jarOf(emulator) ?? '')];
  const java = spawn('java', [...words, `--host=${name}`, `--port=${port}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(java);
  await new Promise<void>((resolve, reject) => {
    const said: string[] = [];
    const fail = (what: string): void =>
      reject(new Error(`${emulator.component} ${what}:\n${said.join('\n')}`));
    const tooLate = setTimeout(() => fail('did not start in time'), startMs).unref();
    java.once('error', reject);
    java.once('exit', () => fail('ended'));
    // Read to its end, so that it never waits for somebody to read.
    for (const output of [java.stdout, java.stderr])
      createInterface({ input: output }).on('line', (line) => {
        if (said.length < mostSaid) said.push(line);
        if (!emulator.ready.test(line)) return;
        clearTimeout(tooLate);
        resolve();
      });
  });
  return host;
};

const mostSaid = 50;

const stop = (): void => {
  for (const java of started) java.kill();
};

const reason = missing();
if (reason !== undefined) {
  process.stdout.write(`test:gcp: left out, for it needs ${reason}\n`);
} else {
  process.once('exit', stop);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  try {
    const hosts = await Promise.all(emulators.map(start));
    const environment = Object.fromEntries(emulators.map(({ variable }, at) => [variable, hosts[at] ?? '']));
    process.exitCode = (await runTests('vitest.gcp.config.ts', environment)) ?? 1;
  } finally {
    stop();
  }
}

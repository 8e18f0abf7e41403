/** Cloud Run, as far as a function sees of it: the Functions Framework in a process of its own, which serves a package. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type LogLine = Readonly<Record<string, unknown>>;

export interface CloudRun {
  readonly url: string;
  /** The lines that the function has logged so far. */
  readonly logged: () => readonly LogLine[];
  /** Waits until the function has logged as many lines of deliveries since it was called last, and answers them. */
  readonly deliveries: (count: number) => Promise<readonly LogLine[]>;
  /** What the framework and the function complained of. */
  readonly complaints: () => string;
  readonly close: () => Promise<void>;
}

export interface CloudRunOptions {
  /** Holds `package.json`, as it is deployed. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Where its command is: https://github.com/GoogleCloudPlatform/functions-framework-nodejs */
const framework = join(
  dirname(createRequire(import.meta.url).resolve('@google-cloud/functions-framework')),
  'main.js',
);
const sayPort = fileURLToPath(new URL('./say-port.ts', import.meta.url));

/** @throws Error, with what was complained of, where the function cannot be loaded. */
export const openCloudRun = async ({ folder, environment }: CloudRunOptions): Promise<CloudRun> => {
  const child: ChildProcess = spawn(process.execPath, ['--import', sayPort, framework], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      FUNCTION_TARGET: 'handler',
      FUNCTION_SIGNATURE_TYPE: 'http',
      NODE_ENV: 'production',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let [out, complaints] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  const exited = once(child, 'exit');
  const [port] = await Promise.race([once(child, 'message'), exited.then(() => [undefined])]);
  if (port === undefined) throw new Error(complaints);

  /** What is not ended by a line break is still coming. */
  const logged = (): readonly LogLine[] =>
    out
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  let read = 0;
  return {
    url: `http://127.0.0.1:${port}`,
    logged,
    deliveries: async (count) => {
      for (;;) {
        const lines = logged().filter(({ message }) => message === 'delivery');
        if (lines.length >= read + count) {
          read += count;
          return lines.slice(read - count);
        }
        await once(child.stdout ?? child, 'data');
      }
    },
    complaints: () => complaints,
    close: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
};

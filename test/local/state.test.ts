/** State in a file: the contract, two processes at once, death at every step, and what is no state file. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type StateFile, stateFile } from '../../functions/local/state.ts';
import { jsonLines, klaxon, launcher } from '../command-line.ts';
import { keepsTheContract } from '../contracts/state-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'klaxon-state-'));
afterAll(() => rmSync(folder, { recursive: true }));

let made = 0;
const freshPath = (): string => join(folder, `state-${made++}`);

const stores: StateFile[] = [];
afterEach(() => {
  for (const store of stores.splice(0)) store.close();
});

const openedAt = async (path: string, now: () => number = Date.now): Promise<StateFile> => {
  const store = await stateFile(path, now);
  stores.push(store);
  return store;
};

const idsBelow = async (store: StateFile, key: string): Promise<readonly string[]> => {
  const [members] = await store.add([{ key, members: [], ttlSeconds: 1 }]);
  return (members ?? []).map(({ id }) => id);
};

const countOf = (store: StateFile, key: string): Promise<number> =>
  store.update<number>(key, (current = 0) => current, 3600);

const writer = fileURLToPath(new URL('state-writer.ts', import.meta.url));
const quiet = '--disable-warning=ExperimentalWarning';

describe('state in a file', () => {
  keepsTheContract(async (now) => {
    const path = freshPath();
    return [await openedAt(path, now), await openedAt(path, now)];
  });

  it('is there when the file is opened again, and gone when it has expired', async () => {
    const path = freshPath();
    const first = await stateFile(path, () => 0);
    await first.add([{ key: 'k', members: [{ id: 'a', time: 1, value: [1] }], ttlSeconds: 60 }]);
    await first.update('k', () => 'summary', 60);
    first.close();
    const second = await stateFile(path, () => 59_999);
    expect(await idsBelow(second, 'k')).toEqual(['a']);
    expect(await second.update<string>('other', (current) => current ?? 'none', 60)).toBe('none');
    second.close();
    const third = await openedAt(path, () => 60_000);
    expect(await idsBelow(third, 'k')).toEqual([]);
    expect(await third.update<string>('k', (current) => current ?? 'none', 60)).toBe('none');
  });

  it('is for its owner alone', async () => {
    const path = freshPath();
    const store = await openedAt(path);
    await store.update('k', () => 1, 60);
    const modes = [path, `${path}-wal`, `${path}-shm`].map((file) => statSync(file).mode & 0o777);
    expect(modes).toEqual([0o600, 0o600, 0o600]);
  });

  it('takes a name that SQLite would read as something else', async () => {
    const path = join(folder, ':memory:');
    const store = await stateFile(path, Date.now);
    store.close();
    expect(statSync(path).size).toBeGreaterThan(0);
  });
});

describe('two processes on one file', () => {
  it('lose nothing of what the other writes, from the making of the file on', async () => {
    const path = freshPath();
    const count = 150;
    const run = (name: string): Promise<string> =>
      new Promise((resolve) => {
        const words = [quiet, writer, path, name, 'race', `${count}`];
        const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'pipe'] });
        let stderr = '';
        child.stderr.on('data', (text) => {
          stderr += text;
        });
        child.on('close', (status) => resolve(`${status} ${stderr}`));
      });
    expect(await Promise.all([run('left'), run('right')])).toEqual(['0 ', '0 ']);
    const store = await openedAt(path);
    expect(await countOf(store, 'shared')).toBe(2 * count);
    expect(await idsBelow(store, 'shared')).toHaveLength(2 * count);
    expect(await idsBelow(store, 'own-left')).toHaveLength(count);
    expect(await idsBelow(store, 'own-right')).toHaveLength(count);
  });
});

describe('a process that dies', () => {
  const deliveries = 3;
  const steps = 4 * deliveries;
  const run = (path: string, dieAt: number) =>
    spawnSync(process.execPath, [quiet, writer, path, 'one', 'steps', `${deliveries}`, `${dieAt}`], {
      encoding: 'utf8',
    });

  it('has as many steps as it is killed at below', () => {
    expect(run(freshPath(), -1)).toMatchObject({ status: 0, stdout: `${steps}\n`, stderr: '' });
  });

  it.each(Array.from({ length: steps }, (_, step) => step))(
    'leaves whole calls and nothing else at step %i, and the replay completes them',
    async (step) => {
      const path = freshPath();
      expect(run(path, step).signal).toBe('SIGKILL');
      const reopened = await openedAt(path);
      // The gap before an add, its middle, the gap before an update, its middle.
      const at = Math.floor(step / 4);
      const all = Array.from({ length: deliveries }, (_, index) => index);
      const added = all.slice(0, step % 4 < 2 ? at : at + 1).map(String);
      expect(await idsBelow(reopened, 'left')).toEqual(added);
      expect(await idsBelow(reopened, 'right')).toEqual(added);
      const done = (current: readonly number[] = []) => current;
      expect(await reopened.update<readonly number[]>('done', done, 60)).toEqual(all.slice(0, at));
      expect(run(path, -1).status).toBe(0);
      expect(await idsBelow(reopened, 'left')).toEqual(all.map(String));
      expect(await idsBelow(reopened, 'right')).toEqual(all.map(String));
      expect(await reopened.update<readonly number[]>('done', done, 60)).toEqual(all);
    },
  );
});

describe('what is no state file', () => {
  const refusal = (message: RegExp) =>
    expect.objectContaining({ code: 'state', retryable: false, message: expect.stringMatching(message) });

  it('is named, and is left as it was', async () => {
    const path = freshPath();
    const text = 'a log that somebody named by mistake\n'.repeat(100);
    writeFileSync(path, text);
    await expect(stateFile(path, Date.now)).rejects.toEqual(
      refusal(/state-\d+ is no state file: it is no SQLite database$/),
    );
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('may be a database of another program', async () => {
    const path = freshPath();
    const foreign = new DatabaseSync(path);
    foreign.exec('CREATE TABLE bookmarks (url TEXT)');
    foreign.close();
    const before = readFileSync(path);
    await expect(stateFile(path, Date.now)).rejects.toEqual(refusal(/a database of another program$/));
    expect(readFileSync(path)).toEqual(before);
  });

  it('may be one of a later version', async () => {
    const path = freshPath();
    (await stateFile(path, Date.now)).close();
    const database = new DatabaseSync(path);
    database.exec('UPDATE klaxon_state SET version = 2');
    database.close();
    await expect(stateFile(path, Date.now)).rejects.toEqual(
      refusal(/is a state file of version 2; this Klaxon reads version 1$/),
    );
  });

  it('may be a folder, or lie in one that is not there', async () => {
    const path = freshPath();
    mkdirSync(path);
    const message = /cannot be used as a state file: E(ISDIR|NOENT)/;
    await expect(stateFile(path, Date.now)).rejects.toEqual(refusal(message));
    await expect(stateFile(join(freshPath(), 'state'), Date.now)).rejects.toEqual(refusal(message));
  });
});

describe('klaxon scan --state', () => {
  const line = (id: string, name: string): string =>
    `${JSON.stringify({
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      auditID: id,
      stage: 'ResponseComplete',
      verb: 'create',
      requestURI: '/api/v1/namespaces/shop/pods/web-0/exec?command=ls',
      user: { username: name },
      objectRef: {
        resource: 'pods',
        namespace: 'shop',
        name: 'web-0',
        apiVersion: 'v1',
        subresource: 'exec',
      },
      responseStatus: { code: 101 },
      requestReceivedTimestamp: '2026-01-02T03:04:05.000006Z',
      stageTimestamp: '2026-01-02T03:04:06.000006Z',
    })}\n`;

  const words = (log: string, state: string): readonly string[] => {
    return ['scan', log, '--only', 'pod-exec', '--state', state, '--stats'];
  };

  /** The names in the alerts of one run, and its account. */
  const run = (log: string, state: string, ...more: readonly string[]) => {
    const { status, stdout, stderr } = klaxon([...words(log, state), '--output', 'ndjson', ...more]);
    const names = jsonLines<{ actor: { name: string } }>(stdout).map(({ actor }) => actor.name);
    return { status, names, stats: JSON.parse(stderr) as unknown };
  };

  it('gives an alert in the first run that meets it, and in no later one', () => {
    const [log, state] = [freshPath(), freshPath()];
    writeFileSync(log, line('e1', 'dana'));
    expect(run(log, state)).toMatchObject({ names: ['dana'], stats: { alerts: 1, known: 0 } });
    writeFileSync(log, line('e1', 'dana') + line('e2', 'sam') + line('e3', 'dana'));
    expect(run(log, state)).toMatchObject({ names: ['sam'], stats: { events: 3, alerts: 1, known: 1 } });
    expect(run(log, state)).toMatchObject({ names: [], stats: { alerts: 0, known: 2 } });
    expect(run(log, freshPath())).toMatchObject({ names: ['dana', 'sam'], stats: { alerts: 2, known: 0 } });
  });

  it('fails on new alerts only', () => {
    const [log, state] = [freshPath(), freshPath()];
    writeFileSync(log, line('e1', 'dana'));
    expect(run(log, state, '--fail-on', 'medium').status).toBe(1);
    expect(run(log, state, '--fail-on', 'medium').status).toBe(0);
    writeFileSync(log, line('e2', 'sam'));
    expect(run(log, state, '--fail-on', 'medium').status).toBe(1);
  });

  it('writes new alerts only to --alerts-out, and says to a person how many are known', () => {
    const [log, state, out] = [freshPath(), freshPath(), freshPath()];
    writeFileSync(log, line('e1', 'dana'));
    run(log, state);
    writeFileSync(log, line('e1', 'dana') + line('e2', 'sam'));
    const { stdout, stderr } = klaxon([...words(log, state), '--alerts-out', out]);
    expect(stdout).toContain('MEDIUM (1)');
    expect(stderr).toContain('1 new alert, 1 known, in 2 events');
    expect(jsonLines(readFileSync(out, 'utf8'))).toMatchObject([{ actor: { name: 'sam' } }]);
  });

  it('gives the alert again where nobody read it', async () => {
    const [log, state] = [freshPath(), freshPath()];
    writeFileSync(log, line('e1', 'dana'));
    const child = spawn(process.execPath, [launcher, ...words(log, state)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    child.stdout.destroy();
    await new Promise((resolve) => child.on('close', resolve));
    expect(run(log, state)).toMatchObject({ names: ['dana'], stats: { known: 0 } });
  });

  it('refuses a file that is no state file before it writes anything', () => {
    const [log, out] = [freshPath(), freshPath()];
    writeFileSync(log, line('e1', 'dana'));
    const { status, stdout, stderr } = klaxon([...words(log, log), '--alerts-out', out]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toBe(`klaxon: ${log} is no state file: it is no SQLite database\n`);
    expect(readFileSync(log, 'utf8')).toBe(line('e1', 'dana'));
    expect(existsSync(out)).toBe(false);
  });
});

/** State in a file: the contract, two processes at once, death at every step, and what is no state file. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type StateFile, stateFile } from '../../functions/local/state.ts';
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

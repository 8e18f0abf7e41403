/** The path of a file in, a StateStore that keeps it as an SQLite database, out. */
import { closeSync, openSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { KlaxonError, messageOf } from '../../shared/errors.ts';
import type { Clock, Entry, Member, StateStore } from '../../shared/ports.ts';
import { type KeptMember, lastExpiry, membersOf, withEntry } from '../../shared/state/member-set.ts';

export interface StateFile extends StateStore {
  readonly close: () => void;
}

/**
 * Makes the file where there is none. Any number of processes may have it open.
 * @throws KlaxonError where the file cannot be opened, or is no state file of this version.
 */
export const stateFile = async (path: string, now: Clock): Promise<StateFile> => {
  const sqlite = await loaded();
  const database = within(path, () => {
    closeSync(openSync(path, 'a', 0o600));
    // A whole path, for SQLite would read `file:` and `:memory:` as something else.
    return new sqlite.DatabaseSync(resolve(path));
  });
  try {
    await prepared(database, path, now());
    return storeIn(database, path, now);
  } catch (thrown) {
    database.close();
    throw thrown;
  }
};

/** Loaded when it is asked for: Node 20 runs everything but this. */
const loaded = async (): Promise<typeof import('node:sqlite')> => {
  try {
    return await import('node:sqlite');
  } catch (thrown) {
    const message = `a state file needs Node 22.13 or later, this is ${process.versions.node}`;
    throw new KlaxonError('state', message, { cause: thrown });
  }
};

const version = 1;

const schema = `
  CREATE TABLE klaxon_state (version INTEGER NOT NULL);
  INSERT INTO klaxon_state VALUES (${version});
  CREATE TABLE member_sets (key TEXT PRIMARY KEY, members TEXT NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE summaries (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX member_sets_expires ON member_sets (expires);
  CREATE INDEX summaries_expires ON summaries (expires);`;

/** Looks before it writes: a database of another program is left as it is. */
const prepared = async (database: DatabaseSync, path: string, time: number): Promise<void> => {
  within(path, () => {
    database.exec('PRAGMA busy_timeout = 30000');
    checkVersion(database, path);
  });
  await writtenAhead(database, path);
  within(path, () =>
    locked(database, () => {
      if (checkVersion(database, path) === undefined) database.exec(schema);
      database.prepare('DELETE FROM member_sets WHERE expires <= ?').run(time);
      database.prepare('DELETE FROM summaries WHERE expires <= ?').run(time);
    }),
  );
};

/** Undefined for a file that is empty still. */
const checkVersion = (database: DatabaseSync, path: string): number | undefined => {
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  if (tables.length === 0) return undefined;
  if (!tables.some(({ name }) => name === 'klaxon_state'))
    throw new KlaxonError('state', `${path} is no state file: it is a database of another program`);
  const found = Number(database.prepare('SELECT version FROM klaxon_state').get()?.version);
  if (found === version) return found;
  throw new KlaxonError(
    'state',
    `${path} is a state file of version ${found}; this Klaxon reads version ${version}`,
  );
};

/** SQLite does not wait for its lock here (https://sqlite.org/wal.html): two processes that begin together would fail. */
const writtenAhead = async (database: DatabaseSync, path: string): Promise<void> => {
  for (let attempt = 1; ; attempt++) {
    try {
      within(path, () => database.exec('PRAGMA journal_mode = WAL'));
      return;
    } catch (thrown) {
      if (!(thrown instanceof KlaxonError && thrown.retryable) || attempt === 100) throw thrown;
      await pause(attempt);
    }
  }
};

const storeIn = (database: DatabaseSync, path: string, now: Clock): StateFile => {
  const readSet = database.prepare('SELECT members FROM member_sets WHERE key = ?');
  const writeSet = database.prepare(
    'INSERT INTO member_sets VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET members = ?2, expires = ?3',
  );
  const readSummary = database.prepare('SELECT value, expires FROM summaries WHERE key = ?');
  const insertSummary = database.prepare('INSERT INTO summaries VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
  const replaceSummary = database.prepare(
    'UPDATE summaries SET value = ?, expires = ? WHERE key = ? AND value = ? AND expires = ?',
  );

  const addOne = (entry: Entry, time: number): readonly Member[] => {
    const kept = withEntry(keptIn(readSet.get(entry.key)), entry, time);
    if (entry.members.length > 0) writeSet.run(entry.key, JSON.stringify(kept), lastExpiry(kept));
    return membersOf(kept);
  };

  /** Undefined where another writer came between; a value is boxed, for it may be anything. */
  const changed = <T>(
    key: string,
    change: (current: T | undefined) => T,
    ttlSeconds: number,
  ): { readonly value: T } | undefined => {
    const time = now();
    const found = readSummary.get(key);
    const isLive = found !== undefined && Number(found.expires) > time;
    const value = change(isLive ? JSON.parse(String(found.value)) : undefined);
    const text = JSON.stringify(value);
    const expires = time + ttlSeconds * 1000;
    const { changes } =
      found === undefined
        ? insertSummary.run(key, text, expires)
        : replaceSummary.run(text, expires, key, found.value ?? null, found.expires ?? null);
    return changes === 0 ? undefined : { value };
  };

  return {
    add: async (entries) =>
      within(path, () =>
        locked(database, () => {
          const time = now();
          return entries.map((entry) => addOne(entry, time));
        }),
      ),
    update: async <T>(key: string, change: (current: T | undefined) => T, ttlSeconds: number) =>
      within(path, () => {
        const first = changed(key, change, ttlSeconds);
        if (first) return first.value;
        // Who lost the race changes the value again under the lock, so that nobody loses for ever.
        const second = locked(database, () => changed(key, change, ttlSeconds));
        if (second) return second.value;
        throw new KlaxonError('state', `${path}: ${key} was written by its own change`);
      }),
    close: () => database.close(),
  };
};

/** What this module has written, so its form is known. */
const keptIn = (row: Record<string, SQLOutputValue> | undefined): readonly KeptMember[] =>
  row === undefined ? [] : JSON.parse(String(row.members));

/** All of it or nothing, and no other process in between. */
const locked = <T>(database: DatabaseSync, work: () => T): T => {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (thrown) {
    // Where the disk is full SQLite has rolled back already.
    if (database.isTransaction !== false) database.exec('ROLLBACK');
    throw thrown;
  }
};

const within = <T>(path: string, work: () => T): T => {
  try {
    return work();
  } catch (thrown) {
    const fault = faultOf(thrown);
    if (fault === undefined) throw thrown;
    throw new KlaxonError('state', `${path} ${fault.message}`, { cause: thrown, retryable: fault.retryable });
  }
};

const busy = 5;
const notDatabase = 26;

/** Undefined for what neither SQLite nor the disk says: that is not ours to explain. */
const faultOf = (thrown: unknown): { readonly message: string; readonly retryable: boolean } | undefined => {
  if (!(thrown instanceof Error) || thrown instanceof KlaxonError || !('code' in thrown)) return undefined;
  // The low byte is the primary code: https://sqlite.org/rescode.html
  const code = 'errcode' in thrown ? Number(thrown.errcode) & 0xff : undefined;
  if (code === notDatabase)
    return { message: 'is no state file: it is no SQLite database', retryable: false };
  return { message: `cannot be used as a state file: ${messageOf(thrown)}`, retryable: code === busy };
};

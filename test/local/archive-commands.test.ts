/** An archive as a person meets it: `scan --archive` writes it, `verify` checks it, `scan` reads it again. */
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { jsonLines, klaxon } from '../command-line.ts';

const work = mkdtempSync(join(tmpdir(), 'klaxon-archive-commands-'));
afterAll(() => rmSync(work, { recursive: true }));

const examples = fileURLToPath(new URL('../../examples', import.meta.url));

const archiveOf = (name: string, ...options: readonly string[]): string => {
  const folder = join(work, name);
  expect(klaxon(['scan', examples, '--no-builtin', '--archive', folder, ...options]).status).toBe(0);
  return folder;
};

const whole = archiveOf('whole');

const copyOf = (name: string): string => {
  const folder = join(work, name);
  cpSync(whole, folder, { recursive: true });
  return folder;
};

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();

const overwritten = (path: string, text: string): void => {
  chmodSync(path, 0o600);
  writeFileSync(path, text);
};

interface Stats {
  readonly events: number;
  readonly rejected: number;
  readonly droppedFor: Readonly<Record<string, number>>;
}

const statsOf = (stderr: string): Stats =>
  jsonLines<Stats>(stderr.trim().split('\n').at(-1) ?? '')[0] as Stats;

/** What an alert says, without where it was found. */
const alertsOf = (...words: readonly string[]): readonly object[] =>
  jsonLines<{ readonly id: string; readonly events: object }>(
    klaxon(['scan', ...words, '--output', 'ndjson']).stdout,
  )
    .map(({ events: _, ...alert }) => alert)
    .toSorted((left, right) => (left.id < right.id ? -1 : 1));

describe('scan --archive', () => {
  it('writes an archive that verify finds whole, and in which the same alerts are found', () => {
    const { status, stdout } = klaxon(['verify', whole]);
    expect(stdout).toMatch(/^The archive is as it was written\.\nmanifests {2}1\n/);
    expect(status).toBe(0);
    const alerts = alertsOf(whole);
    expect(alerts.length).toBeGreaterThan(5);
    // Records that came by two ways lie in one object, and are known for the same there.
    const withoutCount = (list: readonly object[]) => list.map((alert) => ({ ...alert, count: 0 }));
    expect(withoutCount(alerts)).toEqual(withoutCount(alertsOf(examples)));
  });

  it('writes the same objects, and nothing more, where it is run again', () => {
    const folder = copyOf('again');
    const before = filesIn(folder);
    archiveOf('again');
    expect(filesIn(folder).filter((path) => !path.includes('manifests'))).toEqual(
      before.filter((path) => !path.includes('manifests')),
    );
    expect(klaxon(['verify', folder]).status).toBe(0);
  });

  it('keeps what could not be read, and says the same of it when that is read again', () => {
    const log = join(work, 'odd.log');
    writeFileSync(log, 'what is this\n{"kind":\n');
    const folder = join(work, 'rejected');
    const first = statsOf(klaxon(['scan', log, '--archive', folder, '--stats']).stderr);
    const again = statsOf(klaxon(['scan', folder, '--stats']).stderr);
    expect([first.rejected, again.rejected]).toEqual([2, 2]);
    expect(again.droppedFor).toEqual({ manifest: 1 });
  });

  it('writes OCSF where that is asked for, on the command line or in the settings', () => {
    const settings = join(work, 'ocsf.yaml');
    writeFileSync(settings, 'archive: { form: ocsf }\n');
    const asked = archiveOf('ocsf', '--archive-form', 'ocsf');
    const set = archiveOf('ocsf-set', '--config', settings);
    const below = (folder: string) => filesIn(folder).map((path) => path.slice(folder.length));
    expect(below(asked)).toEqual(below(set));
    expect(klaxon(['verify', asked]).status).toBe(0);
  });

  it('goes on with what another run has left half done', () => {
    const folder = copyOf('left');
    const [manifest = ''] = filesIn(join(folder, 'manifests'));
    const [object = ''] = filesIn(join(folder, 'audit'));
    rmSync(manifest);
    rmSync(object);
    writeFileSync(join(folder, '.pending', 'left-behind'), 'half');
    expect(klaxon(['verify', folder]).status).toBe(1);
    archiveOf('left');
    expect(klaxon(['verify', folder]).status).toBe(0);
  });

  it('refuses an archive that lies in what it reads', () => {
    const logs = join(work, 'logs');
    mkdirSync(logs);
    symlinkSync(logs, join(work, 'link'));
    for (const folder of [logs, join(logs, 'archive'), join(work, 'link', 'archive')]) {
      const { status, stderr } = klaxon(['scan', logs, '--archive', folder]);
      expect(status).toBe(2);
      expect(stderr).toContain('lies in');
    }
    expect(klaxon(['scan', logs, '--archive', `${logs}-archive`]).status).toBe(0);
  });

  it('stops where it cannot write', () => {
    const file = join(work, 'a-file');
    writeFileSync(file, '');
    const { status, stderr } = klaxon(['scan', examples, '--archive', file]);
    expect(status).toBe(2);
    expect(stderr).toContain(`the archive ${file} cannot be used`);
  });
});

describe('verify', () => {
  it('names what is wrong, one a line, and ends with 1', () => {
    const folder = copyOf('wrong');
    const [changed = '', removed = ''] = filesIn(join(folder, 'audit'));
    overwritten(changed, 'x');
    rmSync(removed);
    writeFileSync(join(folder, 'stray.txt'), '');
    const { status, stdout } = klaxon(['verify', folder, '--output', 'ndjson']);
    expect(status).toBe(1);
    const lines = jsonLines<{ readonly problem?: string; readonly name?: string }>(stdout);
    const below = (path: string): string => path.slice(folder.length + 1);
    expect(lines.slice(0, -1).map(({ problem, name }) => [problem, name])).toEqual([
      ['changed', below(changed)],
      ['missing', below(removed)],
      ['unlisted', 'stray.txt'],
    ]);
    expect(lines.at(-1)).toMatchObject({ problems: { chain: 0, missing: 1, changed: 1, unlisted: 1 } });
    expect(klaxon(['verify', folder]).stdout).toContain(
      'The archive is not as it was written: 1 missing, 1 changed, 1 unlisted.',
    );
  });

  it('can be told that what came after the last manifest is no fault', () => {
    const folder = copyOf('live');
    writeFileSync(join(folder, 'later.txt'), '');
    expect(klaxon(['verify', folder]).status).toBe(1);
    expect(klaxon(['verify', folder, '--allow-unlisted']).status).toBe(0);
  });

  it('knows the chain by the digest that it told before', () => {
    const folder = copyOf('pinned');
    const head = /head +([0-9a-f]{64})/.exec(klaxon(['verify', folder]).stdout)?.[1] ?? '';
    expect(klaxon(['verify', folder, '--head', head]).status).toBe(0);
    const [manifest = ''] = filesIn(join(folder, 'manifests'));
    overwritten(manifest, readFileSync(manifest, 'utf8').replace('"hour":"', '"hour":"1'));
    expect(klaxon(['verify', folder]).status).toBe(0);
    expect(klaxon(['verify', folder, '--head', head]).status).toBe(1);
    expect(klaxon(['verify', folder, '--head', 'abc']).status).toBe(2);
  });

  it('ends with 2 where there is no archive', () => {
    mkdirSync(join(work, 'empty'));
    for (const folder of ['none', 'empty']) {
      const { status, stderr } = klaxon(['verify', join(work, folder)]);
      expect(status).toBe(2);
      expect(stderr).toContain('holds no archive');
    }
  });

  it('does not let a name steer the terminal', () => {
    const folder = join(work, 'hostile', 'manifests');
    mkdirSync(folder, { recursive: true });
    const objects = [{ name: '\u001b[2Jx\nas it was written', sha256: '', bytes: 0, events: 0 }];
    writeFileSync(
      join(folder, '0000000001.json'),
      JSON.stringify({ klaxon: 1, kind: 'manifest', sequence: 1, hour: '', objects }),
    );
    const { status, stdout } = klaxon(['verify', join(work, 'hostile')]);
    expect(status).toBe(1);
    expect(stdout).toContain('changed  ?[2Jx?as it was written');
  });
});

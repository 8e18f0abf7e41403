/** The laws of the house, read off the sources: who may import whom, what the core may not know, how a file looks. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const rooms = ['shared', 'functions', 'infra', 'bench', 'scripts', 'test'];

const filesBelow = (folder: string): readonly string[] => {
  try {
    return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)));
  } catch {
    return [];
  }
};

const sources = rooms.flatMap(filesBelow);
const textOf = new Map(sources.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
const product = sources.filter((path) => !path.startsWith('test/'));
const core = sources.filter((path) => path.startsWith('shared/'));

const importForm = /(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s+'([^']+)'|import\('([^']+)'\)/g;

const importsOf = (path: string): readonly string[] =>
  [...(textOf.get(path) ?? '').matchAll(importForm)].map((match) => match[1] ?? match[2] ?? '');

/** The files of this project that a file imports. */
const ownImportsOf = (path: string): readonly string[] =>
  importsOf(path)
    .filter((name) => name.startsWith('.'))
    .map((name) => relative(root, resolve(root, dirname(path), name)));

/** The floor a file stands on; nothing imports what stands above it. */
const floors: readonly (readonly [number, RegExp])[] = [
  [0, /^shared\/(schema\/|errors\.ts)/],
  [1, /^shared\/(settings\/|ports\.ts|state\/|decode\/|normalise\/|pull\/)/],
  [2, /^shared\/(detect|archive)\//],
  [3, /^shared\/alert\//],
  [4, /^shared\/pipeline\.ts/],
  [5, /^functions\//],
];

/** What stands in the folder of each cloud's functions. */
const cloudRooms = [
  'alerts',
  'archive',
  'client',
  'deliveries',
  'handler',
  'log',
  'pull',
  'secrets',
  'state',
];

/** What only one cloud has something of: logs that lie in buckets, and a subscription that a function asks by itself. */
const roomOfSome: Readonly<Record<string, string>> = { aws: 'objects', gcp: 'subscription' };

const floorOf = (path: string): number | undefined => floors.find(([, form]) => form.test(path))?.[0];

/** Lines of a file that are no comment. */
const codeOf = (path: string): string =>
  (textOf.get(path) ?? '').replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');

describe('the house', () => {
  it('has sources to look at', () => {
    expect(core.length).toBeGreaterThan(50);
  });

  it('has a floor for every file of the core', () => {
    expect(core.filter((path) => floorOf(path) === undefined)).toEqual([]);
  });

  it('lets no file import from a floor above its own', () => {
    const upward = product.flatMap((path) => {
      const floor = floorOf(path);
      if (floor === undefined) return [];
      return ownImportsOf(path)
        .filter((imported) => (floorOf(imported) ?? -1) > floor)
        .map((imported) => `${path} -> ${imported}`);
    });
    expect(upward).toEqual([]);
  });

  it('has no circle of imports', () => {
    const circles: string[] = [];
    const done = new Set<string>();
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
      if (done.has(path) || trail.includes(path)) return;
      for (const imported of ownImportsOf(path)) visit(imported, [...trail, path]);
      done.add(path);
    };
    for (const path of product) visit(path, []);
    expect(circles).toEqual([]);
  });

  it('lets the clouds know nothing of one another', () => {
    const strangers = product.flatMap((path) => {
      const cloud = /^functions\/([a-z]+)\//.exec(path)?.[1];
      if (cloud === undefined) return [];
      // `klaxon pull` reads from every cloud, and it is the laptop that pulls.
      const own = new RegExp(
        cloud === 'local' ? '^functions/(local/|[a-z]+/pull(\\.ts$|/))' : `^functions/${cloud}/`,
      );
      return ownImportsOf(path).filter(
        (imported) => /^functions\/[a-z]+\//.test(imported) && !own.test(imported),
      );
    });
    expect(strangers).toEqual([]);
  });

  it('lets infra stand on settings alone', () => {
    const others = product
      .filter((path) => path.startsWith('infra/'))
      .flatMap((path) =>
        ownImportsOf(path).filter(
          (imported) =>
            !imported.startsWith('infra/') &&
            !imported.startsWith('shared/settings/') &&
            imported !== 'shared/errors.ts',
        ),
      );
    expect(others).toEqual([]);
  });

  it('gives every cloud the same rooms', () => {
    const roomsOf = (cloud: string): readonly string[] =>
      product
        .filter((path) => dirname(path) === `functions/${cloud}`)
        .map((path) => path.slice(`functions/${cloud}/`.length, -'.ts'.length));
    const clouds = ['aws', 'azure', 'gcp'].map((cloud) => ({ cloud, own: roomsOf(cloud) }));
    const strange = clouds.flatMap(({ cloud, own }) =>
      own.filter((room) => !cloudRooms.includes(room) && room !== roomOfSome[cloud]),
    );
    expect(strange).toEqual([]);
    // What is built last tells that a cloud is whole.
    const lacking = clouds
      .filter(({ own }) => own.includes('handler') && own.includes('pull'))
      .flatMap(({ cloud, own }) =>
        cloudRooms.filter((room) => !own.includes(room)).map((room) => `${cloud}/${room}`),
      );
    expect(lacking).toEqual([]);
  });
});

describe('the core', () => {
  const forbiddenImports =
    /^(node:(fs|fs\/promises|net|http|https|os|process|child_process|timers.*)|@aws-sdk\/|@azure\/|@google-cloud\/|aws-cdk-lib|commander)/;
  const forbiddenCalls =
    /\b(Date\.now|new Date\(\)|Math\.random|performance\.now|process\.(env|argv|cwd|stdout|stderr)|setTimeout|setInterval|fetch)\b\(?/;

  it('imports no SDK, no disk and no network', () => {
    expect(
      core.flatMap((path) =>
        importsOf(path)
          .filter((name) => forbiddenImports.test(name))
          .map((name) => `${path}: ${name}`),
      ),
    ).toEqual([]);
  });

  it('asks no clock, no environment and no chance', () => {
    expect(core.filter((path) => forbiddenCalls.test(codeOf(path)))).toEqual([]);
  });

  it('never asks which cloud an event came from', () => {
    const asks = /\b(cloud|dialect)\s*(===|!==)\s*'[a-z]|case '(aws|azure|gcp)'/;
    expect(core.filter((path) => asks.test(codeOf(path)))).toEqual([]);
  });

  it('runs no code that a rule file brings', () => {
    expect(core.filter((path) => /\beval\(|new Function\(|\bvm\b/.test(codeOf(path)))).toEqual([]);
  });
});

describe('a file', () => {
  it('is at most 300 lines long', () => {
    const long = sources.filter((path) => (textOf.get(path) ?? '').split('\n').length > 301);
    expect(long).toEqual([]);
  });

  it('begins by saying what it is', () => {
    const silent = sources.filter((path) => !/^(#!.*\n)?\/\*\*/.test(textOf.get(path) ?? ''));
    expect(silent).toEqual([]);
  });

  it('has a name that says something, and stands in a room that does', () => {
    const empty = /(^|\/)(utils?|helpers?|common|misc|types|constants|index|manager|data|info)(\.ts$|\/)/;
    expect(sources.filter((path) => empty.test(path))).toEqual([]);
  });

  it('imports files themselves, by their whole name', () => {
    const vague = sources.flatMap((path) =>
      importsOf(path)
        .filter((name) => name.startsWith('.') && !/\.(ts|json)$/.test(name))
        .map((name) => `${path}: ${name}`),
    );
    expect(vague).toEqual([]);
  });

  it('exports names, and nothing of another file', () => {
    const isConfiguration = (path: string): boolean => path.endsWith('.config.ts');
    const faults = product.filter(
      (path) => !isConfiguration(path) && /^export (default|\*|\{[^}]*\} from)/m.test(codeOf(path)),
    );
    expect(faults).toEqual([]);
  });

  it('switches no type off', () => {
    const off = /\bas any\b|@ts-(ignore|expect-error|nocheck)|biome-ignore/;
    expect(sources.filter((path) => path !== 'test/architecture.test.ts' && off.test(codeOf(path)))).toEqual(
      [],
    );
  });
});

describe('the repository', () => {
  const tracked = [
    'README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'CHANGELOG.md',
    'LICENSE',
  ];

  it('has the pages that a newcomer looks for', () => {
    expect(
      tracked.filter((path) => !statSync(join(root, path), { throwIfNoEntry: false })?.isFile()),
    ).toEqual([]);
  });

  it('links only to pages that are there', () => {
    const pages = [...tracked.filter((path) => path.endsWith('.md')), 'rules/README.md', ...docPages()];
    const broken = pages.flatMap((page) => {
      const text = readFileSync(join(root, page), 'utf8');
      return [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)]
        .map((match) => match[1] ?? '')
        .filter((link) => !statSync(join(root, dirname(page), link), { throwIfNoEntry: false }))
        .map((link) => `${page}: ${link}`);
    });
    expect(broken).toEqual([]);
  });
});

const docPages = (): readonly string[] =>
  readdirSync(join(root, 'docs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));

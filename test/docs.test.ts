/** What the pages say of one another: where their links lead, and what one repeats of another. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');

const pagesBelow = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));

const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...['docs', 'rules', 'infra', 'examples', 'test'].flatMap(pagesBelow),
];

/** A page without its code, where brackets are no links and `#` begins no heading. */
const proseOf = (path: string): string =>
  textOf(path)
    .replace(/^```[\s\S]*?^```/gm, '')
    .replace(/`[^`\n]*`/g, (code) => code.slice(1, -1).replace(/[[\]]/g, ''));

/** As GitHub names a heading: small letters, no punctuation, a hyphen for each space. */
const anchorOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number} _-]/gu, '')
    .replaceAll(' ', '-');

const anchorsOf = (path: string): readonly string[] =>
  [...proseOf(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

/** Why a link of a page leads nowhere; undefined where it leads somewhere, or out of the repository. */
const faultOf = (page: string, link: string): string | undefined => {
  if (/^[a-z]+:/.test(link)) return undefined;
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? join(root, page) : resolve(root, dirname(page), path);
  if (!existsSync(target)) return `${page}: ${link}: there is no such file`;
  if (anchor === undefined || statSync(target).isDirectory() || !target.endsWith('.md')) return undefined;
  return anchorsOf(relative(root, target)).includes(anchor)
    ? undefined
    : `${page}: ${link}: there is no such heading`;
};

/** The names of all properties that a JSON Schema speaks of. */
const keysIn = (schema: unknown): readonly string[] => {
  if (typeof schema !== 'object' || schema === null) return [];
  const properties: unknown = 'properties' in schema ? schema.properties : undefined;
  const own = typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
  return [...own, ...Object.values(schema).flatMap(keysIn)];
};

describe('the pages', () => {
  it('have links that lead somewhere', () => {
    const links = pages.flatMap((page) =>
      [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => ({ page, link })),
    );
    expect(links.length).toBeGreaterThan(200);
    expect(links.flatMap(({ page, link }) => faultOf(page, link) ?? [])).toEqual([]);
  });

  it('are each named by the table of contents, but for decisions', () => {
    const contents = textOf('docs/README.md');
    const unnamed = pagesBelow('docs')
      .map((page) => relative('docs', page))
      .filter((page) => page !== 'README.md' && !page.startsWith('decisions/'))
      .filter((page) => !contents.includes(`](${page})`));
    expect(unnamed).toEqual([]);
  });

  it('show every setting in the example', () => {
    const example = textOf('klaxon.config.example.yaml');
    const schema: unknown = JSON.parse(textOf('docs/schema/klaxon.config.schema.json'));
    const missing = keysIn(schema).filter((key) => !new RegExp(`\\b${key}:`).test(example));
    expect([...new Set(missing)]).toEqual([]);
  });

  it('compare the costs that the page of each cloud works out', () => {
    const amounts = (text: string): readonly string[] => text.match(/\$\d+\.\d\d/g) ?? [];
    const compared = [...textOf('docs/clouds.md').matchAll(/^\| (?:many|few) together \|(.+)\|$/gm)].map(
      ([, cells = '']) => amounts(cells),
    );
    expect(compared).toHaveLength(2);
    for (const [at, cloud] of ['aws', 'azure', 'gcp'].entries()) {
      const sums = textOf(`docs/deploy/${cloud}.md`).match(/^\| \*\*together.*$/gm) ?? [];
      const stated = compared.map((row) => row[at] ?? 'nothing');
      const unknown = stated.filter((amount) => !sums.flatMap(amounts).includes(amount));
      expect({ cloud, unknown }).toEqual({ cloud, unknown: [] });
    }
  });
});

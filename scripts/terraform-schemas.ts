/**
 * Writes test/fixtures/terraform/*.json anew: the schemas of every type that a .tf file below infra/ names. Run by hand, after a
 * type or a version has changed; it downloads the bindings, about 30 MB each, into .cache/.
 *
 * Providers are published where Terraform finds them and nowhere else; the schema of one is said by itself alone. What is
 * published on npm are bindings generated from those schemas, and in them stands what a schema says.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Binding, bindingIn } from '../test/terraform/bindings.ts';
import type { Block, ProviderSchema } from '../test/terraform/provider-schema.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** By the prefix of its types: the package of bindings to read a provider from. */
const packages = {
  azurerm: '@cdktn/provider-azurerm@16.1.0',
  google: '@cdktf/provider-google@16.12.1',
} as const;

type Provider = keyof typeof packages;

const downloadMs = 10 * 60_000;

const run = (program: string, words: readonly string[], cwd: string): string => {
  const { status, stdout, stderr } = spawnSync(program, words, {
    cwd,
    encoding: 'utf8',
    timeout: downloadMs,
  });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${stderr}`);
  return stdout;
};

/** Where the modules of a package lie, one folder a type. */
const unpacked = (provider: Provider): string => {
  const folder = `${root}.cache/terraform/${packages[provider].replaceAll(/[@/]/g, '-')}`;
  const mark = `${folder}/unpacked`;
  if (!existsSync(mark)) {
    mkdirSync(folder, { recursive: true });
    const file = run('npm', ['pack', '--silent', packages[provider]], folder).trim();
    run('tar', ['-xzf', file, '--wildcards', 'package/lib/*/index.js'], folder);
    writeFileSync(mark, '');
  }
  return `${folder}/package/lib`;
};

/** A binding carries its own source, in TypeScript, in the map at its end. */
const sourceOf = (path: string): string => {
  const text = readFileSync(path, 'utf8');
  const map: unknown = JSON.parse(
    Buffer.from(text.slice(text.lastIndexOf('base64,') + 'base64,'.length), 'base64').toString('utf8'),
  );
  const [source] = (map as { readonly sourcesContent?: readonly string[] }).sourcesContent ?? [];
  if (source === undefined) throw new Error(`${path} does not carry its source`);
  return source;
};

interface Used {
  readonly kind: 'resource' | 'data';
  readonly type: string;
}

const usedIn = (provider: Provider): readonly Used[] => {
  const used = new Map<string, Used>();
  for (const path of globSync('infra/**/*.tf', { cwd: root })) {
    for (const [, kind, type = ''] of readFileSync(root + path, 'utf8').matchAll(
      /^(resource|data) "(\w+)"/gm,
    )) {
      if (type.startsWith(`${provider}_`))
        used.set(`${kind} ${type}`, { kind: kind === 'data' ? 'data' : 'resource', type });
    }
  }
  return [...used.values()].toSorted((left, right) => (left.type < right.type ? -1 : 1));
};

const bindingOf = (library: string, provider: Provider, { kind, type }: Used): Binding => {
  const folder = (kind === 'data' ? `data_${type}` : type.slice(provider.length + 1)).replaceAll('_', '-');
  const binding = bindingIn(sourceOf(`${library}/${folder}/index.js`));
  if (binding.type !== type) throw new Error(`${folder} is the binding of ${binding.type}, not of ${type}`);
  return binding;
};

const schemaOf = (provider: Provider): ProviderSchema => {
  const library = unpacked(provider);
  const own = bindingIn(sourceOf(`${library}/provider/index.js`));
  const blocksOf = (kind: Used['kind']): Record<string, Block> =>
    Object.fromEntries(
      usedIn(provider)
        .filter((used) => used.kind === kind)
        .map((used) => [used.type, bindingOf(library, provider, used).block]),
    );
  return {
    derivedFrom: packages[provider],
    version: own.providerVersion ?? '',
    provider: own.block,
    resources: blocksOf('resource'),
    dataSources: blocksOf('data'),
  };
};

/** A line for each type, so that a change of one is seen as that. */
const pageOf = ({ resources, dataSources, provider, ...head }: ProviderSchema): string => {
  const lines = (blocks: Readonly<Record<string, Block>>): string => {
    const entries = Object.entries(blocks).map(([name, block]) => `"${name}":${JSON.stringify(block)}`);
    return entries.length === 0 ? '{}' : `{\n${entries.join(',\n')}\n}`;
  };
  const start = JSON.stringify(head).slice(0, -1);
  return `${start},\n"provider":${JSON.stringify(provider)},\n"resources":${lines(resources)},\n"dataSources":${lines(dataSources)}}\n`;
};

for (const provider of Object.keys(packages) as Provider[]) {
  const path = `test/fixtures/terraform/${provider}.json`;
  writeFileSync(root + path, pageOf(schemaOf(provider)));
  process.stdout.write(`${path}: ${usedIn(provider).length} types\n`);
}

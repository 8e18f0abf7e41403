/** Writes the pages that are made from the code; with --check it only says which of them are out of date. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadRules } from '../functions/local/rule-files.ts';
import { AuditEvent } from '../shared/schema/audit-event.ts';
import { SettingsFile } from '../shared/settings/settings.ts';
import { fieldMapPage } from './field-map.ts';
import { rulesPage } from './rules-page.ts';

const { rules: active, inactive, problems } = loadRules({ rules: [], sigma: [], builtin: true });
const rules = [...active, ...inactive.map(({ rule }) => rule)];
if (problems.length > 0) throw new Error(`the rules have faults: npx klaxon rules list shows them`);

const root = fileURLToPath(new URL('..', import.meta.url));

const written = (path: string): string | undefined => {
  try {
    return readFileSync(root + path, 'utf8');
  } catch {
    return undefined;
  }
};

/** The README with the first alerts of its own first command in it. */
const readmePage = (): string => {
  const { stdout } = spawnSync(process.execPath, [`${root}bin/klaxon.js`, 'scan', 'examples/'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  const example = stdout.split('\n').slice(0, exampleLines).join('\n').trimEnd();
  const parts = (written('README.md') ?? '').split(/(?<=<!-- example -->\n)[\s\S]*?(?=<!-- \/example -->)/);
  if (parts.length !== 2) throw new Error('README.md has no place for the example');
  return parts.join(`\n\`\`\`\n${example}\n\`\`\`\n\n`);
};

/** As much of the output as a reader takes in: the first alert and the head of the next. */
const exampleLines = 20;

const schemaPage = (schema: object): string =>
  `${JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...schema }, undefined, 2)}\n`;

const pages: Readonly<Record<string, string>> = {
  'docs/schema/audit-event.schema.json': schemaPage(AuditEvent),
  'docs/schema/klaxon.config.schema.json': schemaPage(SettingsFile),
  'docs/rules.md': rulesPage(rules),
  'docs/field-map.md': fieldMapPage(),
  'README.md': readmePage(),
};

const stale = Object.entries(pages).filter(([path, text]) => written(path) !== text);

if (process.argv.includes('--check')) {
  for (const [path] of stale) process.stderr.write(`${path} is out of date: npm run docs\n`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const [path, text] of stale) {
    mkdirSync(dirname(root + path), { recursive: true });
    writeFileSync(root + path, text);
    process.stdout.write(`${path}\n`);
  }
}

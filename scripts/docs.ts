/** Writes the pages that are made from the code; with --check it only says which of them are out of date. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadRules } from '../functions/local/rule-files.ts';
import { AuditEvent } from '../shared/schema/audit-event.ts';
import { fieldMapPage } from './field-map.ts';
import { rulesPage } from './rules-page.ts';

const { rules, problems } = loadRules({ rules: [], sigma: [], builtin: true });
if (problems.length > 0) throw new Error(`the rules have faults: npx klaxon rules list shows them`);

const pages: Readonly<Record<string, string>> = {
  'docs/schema/audit-event.schema.json': `${JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...AuditEvent }, undefined, 2)}\n`,
  'docs/rules.md': rulesPage(rules),
  'docs/field-map.md': fieldMapPage(),
};

const root = fileURLToPath(new URL('..', import.meta.url));

const written = (path: string): string | undefined => {
  try {
    return readFileSync(root + path, 'utf8');
  } catch {
    return undefined;
  }
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

/** A package of the function on Azure as it is built and deployed, with two rules and a topic: for tests that load it. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';
import { bundle } from '../../../scripts/bundle.ts';
import { functionPackages } from '../../../scripts/function-packages.ts';
import { writePack } from '../../../scripts/pack.ts';
import { writeZip } from '../../../scripts/zip.ts';
import { rulesText } from '../story.ts';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

const settingsText = `environment: test
clusters: [{ cloud: self-managed, name: edge }]
rules: { builtin: false, sigma: [rules.yml] }
alerts:
  sinks: { topic: { type: eventGrid }, of-another-cloud: { type: slack, secret: "aws:secretsmanager:klaxon/slack" } }
  routes: [{ sinks: [topic, of-another-cloud] }]
`;

export interface Packaged {
  readonly zip: string;
  /** What was in the zip, taken out of it. */
  readonly folder: string;
  readonly remove: () => void;
}

export const madePackage = async (): Promise<Packaged> => {
  const work = mkdtempSync(join(tmpdir(), 'klaxon-azure-'));
  const [built, folder, zip] = [join(work, 'built'), join(work, 'deployed'), join(work, 'azure.zip')];
  writeFileSync(join(work, 'rules.yml'), rulesText);
  writeFileSync(join(work, 'klaxon.config.yaml'), settingsText);
  await bundle(root, 'functions/azure/handler.ts', join(built, 'handler.mjs'));
  writePack(join(work, 'klaxon.config.yaml'), built);
  for (const [name, text] of Object.entries(functionPackages.azure.files(root)))
    writeFileSync(join(built, name), text);
  writeZip(built, zip);
  mkdirSync(folder);
  for (const [name, bytes] of Object.entries(unzipSync(readFileSync(zip))))
    writeFileSync(join(folder, name), bytes);
  return { zip, folder, remove: () => rmSync(work, { recursive: true }) };
};

/** The function as it is deployed, with the settings and rules of a small invented cluster. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleInParts } from '../../../scripts/bundle.ts';
import { functionPackages } from '../../../scripts/function-packages.ts';
import { writePack } from '../../../scripts/pack.ts';
import { rulesText } from '../story.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Groups are of three messages at most. One sink's secret lies in another cloud. */
const settingsText = `environment: test
clusters: [{ cloud: self-managed, name: edge }]
gcp: { concurrency: 6 }
rules: { builtin: false, sigma: [rules.yml] }
alerts:
  sinks: { topic: { type: pubsub }, of-another-cloud: { type: slack, secret: "azure:keyvault:klaxon/slack" } }
  routes: [{ sinks: [topic, of-another-cloud] }]
`;

/** Makes `folder` of what it writes to the folder `work`. */
export const packedFunction = async (
  work: string,
  folder: string,
  settings = settingsText,
): Promise<void> => {
  writeFileSync(join(work, 'rules.yml'), rulesText);
  writeFileSync(join(work, 'klaxon.config.yaml'), settings);
  await bundleInParts(root, 'functions/gcp/handler.ts', join(folder, 'handler.mjs'));
  writePack(join(work, 'klaxon.config.yaml'), folder);
  for (const [name, text] of Object.entries(functionPackages.gcp.files(root)))
    writeFileSync(join(folder, name), text);
};

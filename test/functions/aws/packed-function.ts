/** The bundle that is deployed, packed with settings and two rules, in a folder of its own: for Lambda's own protocol. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleInParts } from '../../../scripts/bundle.ts';
import { writePack } from '../../../scripts/pack.ts';
import { rulesText } from '../story.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

const settings = `environment: test
clusters:
  - { cloud: self-managed, name: edge }
  - { cloud: aws, name: prod, account: "111122223333", region: eu-west-1 }
aws:
  securityLake:
    - account: "111122223333"
      region: eu-west-1
      class: apiActivity
      location: s3://example-lake/ext/klaxon-api/
      role: arn:aws:iam::111122223333:role/lake-api
      externalId: klaxon
receiver: { cloud: aws, account: "111122223333", region: eu-west-1 }
rules: { builtin: false, sigma: [rules.yml] }
alerts:
  sinks: { topic: { type: sns }, of-another-cloud: { type: slack, secret: "azure:keyvault:klaxon/slack" } }
  routes: [{ sinks: [topic, of-another-cloud] }]
`;

export interface PackedFunction {
  readonly bundlePath: string;
  readonly remove: () => void;
}

export const packedFunction = async (): Promise<PackedFunction> => {
  const folder = mkdtempSync(join(tmpdir(), 'klaxon-aws-'));
  const bundlePath = join(folder, 'handler.mjs');
  writeFileSync(join(folder, 'rules.yml'), rulesText);
  writeFileSync(join(folder, 'klaxon.config.yaml'), settings);
  await bundleInParts(root, 'functions/aws/handler.ts', bundlePath);
  writePack(join(folder, 'klaxon.config.yaml'), folder);
  return { bundlePath, remove: () => rmSync(folder, { recursive: true }) };
};

/** SARIF logs satisfy the published schema and say where each alert was seen. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { sarifOf } from '../../shared/alert/sarif.ts';
import { exampleAlert } from './example.ts';

const schemaPath = createRequire(import.meta.url).resolve(
  '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json',
);
/** The schema is written in draft 4; what it uses of it means the same in draft 7, but for how it names itself. */
const {
  $schema: _,
  id: __,
  ...schema
} = JSON.parse(readFileSync(schemaPath, 'utf8')) as Record<string, unknown>;
const isSarif = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema);

const faultsOf = (log: unknown): unknown => (isSarif(JSON.parse(JSON.stringify(log))) ? [] : isSarif.errors);

describe('a SARIF log', () => {
  it('satisfies the schema of SARIF 2.1.0, with alerts and without', () => {
    expect(faultsOf(sarifOf([], '1.2.3'))).toEqual([]);
    expect(
      faultsOf(sarifOf([exampleAlert(), exampleAlert({ origin: { dialect: 'eks-audit' } })], '1.2.3')),
    ).toEqual([]);
  });

  it('is refused by the schema where a result has no message, so the schema does look', () => {
    expect(
      faultsOf({ version: '2.1.0', runs: [{ tool: { driver: { name: 'x' } }, results: [{}] }] }),
    ).not.toEqual([]);
  });

  it('names each rule once, and where the alert was seen', () => {
    const log = sarifOf([exampleAlert(), exampleAlert()], '1.2.3');
    expect(log).toMatchObject({
      runs: [
        {
          tool: { driver: { name: 'Klaxon', version: '1.2.3', rules: [{ id: 'door-opened' }] } },
          results: [
            {
              ruleId: 'door-opened',
              ruleIndex: 0,
              level: 'warning',
              locations: [
                { physicalLocation: { artifactLocation: { uri: 'logs/a.jsonl' }, region: { startLine: 7 } } },
              ],
            },
            {},
          ],
        },
      ],
    });
  });

  it('writes a path with spaces as a URI', () => {
    const alert = exampleAlert({
      origin: { dialect: 'eks-audit', location: { path: '/var/my logs/a.log', line: 1 } },
    });
    expect(JSON.stringify(sarifOf([alert], '1'))).toContain('file:///var/my%20logs/a.log');
  });
});

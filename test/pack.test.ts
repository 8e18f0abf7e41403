/** Functions are packed with rules that are read already: they are the same rules as those of the files. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { loadRules } from '../functions/local/rule-files.ts';
import { packName, startFrom } from '../functions/pack.ts';
import { writePack } from '../scripts/pack.ts';
import { decode } from '../shared/decode/decode.ts';
import { createDetector } from '../shared/detect/detect.ts';
import type { Rule } from '../shared/detect/rule.ts';
import { KlaxonError, RuleError } from '../shared/errors.ts';
import { isEvent, normalise } from '../shared/normalise/normalise.ts';
import type { AuditEvent } from '../shared/schema/audit-event.ts';
import { mmdbOf } from './detect/enrich/mmdb-writer.ts';
import { auditEvent } from './detect/events.ts';

const work = mkdtempSync(join(tmpdir(), 'klaxon-pack-'));
afterAll(() => rmSync(work, { recursive: true }));

const written = (name: string, content: string | Buffer): string => {
  const path = join(work, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
};

const isAuditEvent = (result: ReturnType<typeof normalise>): result is AuditEvent =>
  typeof result !== 'string' && isEvent(result);

const folder = (name: string) => pathToFileURL(`${join(work, name)}/`);
const opened = (name: string) => startFrom(folder(name), () => undefined);
const factsOf = ({ id, title, severity, source, tactic, suppress, position }: Rule) => ({
  id,
  title,
  severity,
  source,
  tactic,
  suppress,
  position,
});

describe('a pack', () => {
  it('holds the built-in rules as their files do, and they find the same', () => {
    const { inactive, warnings } = writePack(false, join(work, 'builtin'));
    const { rules, settings, enricher } = opened('builtin');
    const fromFiles = loadRules({ rules: [], sigma: [], builtin: true });
    expect(rules.map(factsOf)).toEqual(fromFiles.rules.map(factsOf));
    expect({ inactive, warnings }).toEqual({ inactive: fromFiles.inactive.length, warnings: [] });
    expect(settings.environment).toBe('production');
    expect(enricher).toBeUndefined();

    const events = [
      'eks/cloudwatch-subscription.json',
      'aks/event-hub-batch.json',
      'gke/log-entries.ndjson',
      'self-managed/audit.log.gz',
    ]
      .flatMap((path) => decode(readFileSync(new URL(`../examples/${path}`, import.meta.url))).records)
      .map(normalise)
      .filter(isAuditEvent);
    const foundBy = (those: readonly Rule[]) => {
      const detector = createDetector(those);
      return events.map((event) =>
        detector.findingsFor(event).map(({ rule, severity }) => `${rule.id} ${severity}`),
      );
    };
    expect(foundBy(rules)).toEqual(foundBy(fromFiles.rules));
    expect(foundBy(rules).flat().length).toBeGreaterThan(20);
  });

  it('holds what the settings ask for, wherever they say it lies', () => {
    written(
      'own/rules/discovery/from-sweden.yml',
      "title: from-sweden\nname: from-sweden\nlogsource: { product: kubernetes, service: audit }\ndetection: { sel: { caller.country: SE, caller.lists: office, user.username|re: '^da' }, condition: sel }\n",
    );
    written(
      'own/falco.yaml',
      '- rule: Any\n  desc: any\n  condition: ka.verb = get\n  output: x\n  priority: INFO\n  source: k8s_audit\n',
    );
    written('own/country.mmdb', mmdbOf({ '192.0.2.0/24': { country: { iso_code: 'SE' } } }));
    written('own/office.txt', '192.0.2.7\n');
    const config = written(
      'own/klaxon.config.yaml',
      `environment: test
rules: { builtin: false, folders: [rules], falco: [falco.yaml] }
tuning: { rules: { from-sweden: { severity: critical } } }
enrichment: { mmdb: [country.mmdb], ipLists: { office: office.txt } }
`,
    );
    expect(writePack(config, join(work, 'packed')).rules).toBe(2);
    rmSync(join(work, 'own'), { recursive: true });

    const { settings, rules, enricher } = opened('packed');
    expect(settings.environment).toBe('test');
    expect(rules.map(({ id, severity }) => `${id} ${severity}`)).toEqual([
      'from-sweden critical',
      'Any informational',
    ]);
    const fromSweden = auditEvent({
      verb: 'list',
      user: { username: 'dana' },
      sourceIPs: ['192.0.2.7'],
    });
    expect(
      createDetector(rules, { enricher })
        .findingsFor(fromSweden)
        .map(({ rule }) => rule.id),
    ).toEqual(['from-sweden']);
  });

  it('is not made of rules with a fault, nor of what JSON cannot hold', () => {
    const config = written('faulty/klaxon.config.yaml', 'rules: { builtin: false, sigma: [rule.yml] }\n');
    const rule = (selection: string) =>
      written(
        'faulty/rule.yml',
        `title: r\nlogsource: { product: kubernetes }\ndetection: { sel: { ${selection} }, condition: sel }\n`,
      );
    rule("f|re: '('");
    expect(() => writePack(config, join(work, 'none'))).toThrow(RuleError);
    rule('f: .inf');
    expect(() => writePack(config, join(work, 'none'))).toThrow(KlaxonError);
    rule('f: 1');
    expect(writePack(config, join(work, 'none')).rules).toBe(1);
  });

  it('says where it is missing, or cut off', () => {
    expect(() => opened('nowhere')).toThrow(/cannot read .*nowhere.*pack\.json/);
    const text = readFileSync(join(work, 'packed', packName), 'utf8');
    written(`cut/${packName}`, text.slice(0, 100));
    expect(() => opened('cut')).toThrow(KlaxonError);
  });
});

/** The unit-test events of panther-analysis go through the command line, and our rules agree with Panther's. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadRules } from '../../functions/local/rule-files.ts';
import { heardBy } from '../../shared/detect/correlation/correlation.ts';
import type { Rule } from '../../shared/detect/rule.ts';
import type { JsonObject } from '../../shared/schema/json.ts';
import { jsonLines, klaxon } from '../command-line.ts';
import { sayLeftOut, sharedFolder } from '../shared-data.ts';
import { differences } from './panther-differences.ts';
import { enrichmentOf } from './panther-enrichment.ts';

interface PantherCase {
  readonly rule: string;
  readonly test: string;
  readonly expected: boolean;
  readonly log: JsonObject;
}

interface AlertLine {
  readonly rule: { readonly id: string };
  readonly events: readonly { readonly location: { readonly path: string } }[];
}

/** The rules whose findings a correlation counts, however far below. */
const countedBy = ({ correlation }: Rule): readonly string[] =>
  correlation
    ? heardBy(correlation).flatMap((input) => {
        const below = loaded.rules.find(({ id }) => id === input.rule);
        if (!below) return [];
        return below.correlation ? countedBy(below) : [below.id];
      })
    : [];

const loaded = loadRules({ rules: [], sigma: [], builtin: true });

const shared = sharedFolder();

if (shared === undefined) sayLeftOut('the conformance cases of Panther');
else {
  const folder = join(shared, 'conformance', 'panther');
  const cases = jsonLines<PantherCase>(readFileSync(join(folder, 'cases.jsonl'), 'utf8'));
  const mapping = JSON.parse(readFileSync(join(folder, 'rule-to-detection.json'), 'utf8')) as Record<
    string,
    { readonly catalogue_ids: readonly string[] }
  >;
  const rules = [...loaded.rules, ...loaded.inactive.map(({ rule }) => rule)];
  const work = mkdtempSync(join(tmpdir(), 'klaxon-panther-'));
  afterAll(() => rmSync(work, { recursive: true }));
  const events = join(work, 'events');
  mkdirSync(events);
  for (const [at, { log }] of cases.entries()) {
    // Cases share audit ids, and two stages of one request would be one alert.
    const own = 'auditID' in log ? { ...log, auditID: `case-${at}` } : log;
    writeFileSync(join(events, `${at}.json`), JSON.stringify(own));
  }
  const enrichment = enrichmentOf(
    cases.map(({ log }) => log),
    work,
  );
  /** Cases are about one event each, and leave thresholds apart: of a correlation they ask what it counts. */
  const counted = [...new Set(rules.flatMap(countedBy))];
  const fired = new Map<number, Set<string>>();
  for (const only of [[], ['--only', counted.join(',')]]) {
    const words = ['scan', events, '--no-suppress', '--output', 'ndjson', ...enrichment, ...only];
    for (const alert of jsonLines<AlertLine>(klaxon(words).stdout)) {
      const at = Number(basename(alert.events[0]?.location.path ?? '', '.json'));
      fired.set(at, (fired.get(at) ?? new Set()).add(alert.rule.id));
    }
  }

  /** The rules that stand for a row of the catalogue. */
  const rulesFor = (row: string): readonly string[] =>
    rules
      .filter((rule) => rule.covers.includes(row))
      .flatMap((rule) => (rule.correlation ? countedBy(rule) : [rule.id]));

  describe('a deliberate difference', () => {
    const page = readFileSync(new URL('../../docs/conformance.md', import.meta.url), 'utf8');

    it('is argued in docs/conformance.md, and is about a case that there is', () => {
      for (const { rule, test } of differences) {
        expect(page).toContain(`| ${rule} | ${test} |`);
        expect(cases.some((one) => one.rule === rule && one.test === test)).toBe(true);
      }
    });
  });

  describe('an event of panther-analysis', () => {
    for (const [at, { rule, test, expected }] of cases.entries()) {
      const rows = mapping[rule]?.catalogue_ids ?? [];
      const ids = rows.flatMap(rulesFor);
      if (ids.length === 0) continue;
      const difference = differences.find((one) => one.rule === rule && one.test === test);
      const isExpected = difference ? !expected : expected;
      it(`${rule}, ${test}: ${isExpected ? 'fires' : 'is silent'}${difference ? ', other than Panther' : ''}`, () => {
        const found = ids.filter((id) => fired.get(at)?.has(id));
        expect({ fires: found.length > 0, of: ids, event: at }).toEqual({
          fires: isExpected,
          of: ids,
          event: at,
        });
      });
    }
  });
}

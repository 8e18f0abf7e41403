/** Falco's own Kubernetes audit suite goes through the command line: its rule files load, and the same rules fire. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decode } from '../../shared/decode/decode.ts';
import { createDetector } from '../../shared/detect/detect.ts';
import { falcoRuleSetOf } from '../../shared/detect/falco/rule-set.ts';
import { isEvent, normalise } from '../../shared/normalise/normalise.ts';
import type { AuditEvent } from '../../shared/schema/audit-event.ts';
import type { JsonValue } from '../../shared/schema/json.ts';
import { yamlOf } from '../../shared/schema/yaml.ts';
import { jsonLines, klaxon } from '../command-line.ts';
import { sayLeftOut, sharedFolder } from '../shared-data.ts';
import { differences } from './falco-differences.ts';

type Counts = Readonly<Record<string, number>>;

interface FalcoCase {
  readonly test: string;
  readonly input: string;
  readonly rules: readonly string[];
  readonly asserted_counts: Counts;
  readonly asserted_zero: boolean;
  readonly rule_matching?: 'first' | 'all';
  /** From a prototype of the language, not from Falco. */
  readonly computed_first: Counts;
  readonly computed_all: Counts;
}

interface AlertLine {
  readonly rule: { readonly id: string; readonly source: string };
  readonly message?: string;
}

const shared = sharedFolder();

if (shared === undefined) sayLeftOut("Falco's Kubernetes audit suite");
else {
  const folder = join(shared, 'conformance', 'falco');
  const cases = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as readonly FalcoCase[];

  const alertsOf = (one: FalcoCase): readonly AlertLine[] => {
    const matching = one.rule_matching ?? 'first';
    const rules = one.rules.flatMap((path) => ['--falco', join(folder, path)]);
    const words = ['--no-builtin', '--no-suppress', '--output', 'ndjson', '--falco-matching', matching];
    const { status, stdout, stderr } = klaxon(['scan', join(folder, one.input), ...words, ...rules]);
    expect({ status, problems: stderr.split('\n').filter(isProblem) }).toEqual({ status: 0, problems: [] });
    return jsonLines<AlertLine>(stdout);
  };

  const isProblem = (line: string): boolean => line.startsWith('klaxon: ') && !line.includes(': warning: ');

  const countsOf = (alerts: readonly { readonly rule: { readonly id: string } }[]): Counts => {
    const counts: Record<string, number> = {};
    for (const { rule } of alerts) counts[rule.id] = (counts[rule.id] ?? 0) + 1;
    return counts;
  };

  const eventsOf = (text: string): readonly AuditEvent[] =>
    jsonLines<JsonValue>(text)
      .flatMap((delivery) => decode(delivery).records)
      .map(normalise)
      .filter(isEvent);

  describe("a case of Falco's suite", () => {
    for (const one of cases) {
      const expected = { ...one.asserted_counts };
      for (const { rule } of differences.filter(({ test }) => test === one.test)) delete expected[rule];
      it(`${one.test} fires what Falco asserts`, () => {
        const alerts = alertsOf(one);
        expect(countsOf(alerts)).toMatchObject(expected);
        if (one.asserted_zero) expect(alerts).toEqual([]);
        for (const { rule, message } of alerts) {
          expect(rule.source).toBe('falco');
          expect(message).toMatch(/\w/);
          expect(message).not.toMatch(/%(?:ka|jevt)\./);
        }
      });

      it(`${one.test} agrees with a prototype of the language under either matching`, () => {
        const files = one.rules.map((path) =>
          yamlOf(path, readFileSync(join(folder, path), 'utf8'), 'texts'),
        );
        const { rules } = falcoRuleSetOf(files);
        const events = eventsOf(readFileSync(join(folder, one.input), 'utf8'));
        const found = (firstOf?: 'falco'): Counts => {
          const detector = createDetector(rules, { firstOf });
          return countsOf(events.flatMap((event) => detector.findingsFor(event)));
        };
        expect({ first: found('falco'), all: found() }).toEqual({
          first: one.computed_first,
          all: one.computed_all,
        });
      });
    }
  });

  describe('a rule file of any version', () => {
    const files = readdirSync(join(folder, 'rules'), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted();

    for (const path of files) {
      it(`${relative(folder, path)} loads, alone, but for what it adds to other files`, () => {
        const { rules, problems } = falcoRuleSetOf([yamlOf(path, readFileSync(path, 'utf8'), 'texts')]);
        const unexpected = problems.filter(
          ({ message }) =>
            !/^no (?:list|rule) is named "[^"]+", so (?:nothing can be added|it cannot be changed)/.test(
              message,
            ),
        );
        expect(unexpected).toEqual([]);
        const defined = readFileSync(path, 'utf8').match(/^- rule:/gm)?.length ?? 0;
        expect(rules.length + problems.filter(({ message }) => message.startsWith('no rule')).length).toBe(
          defined,
        );
      });
    }
  });
}

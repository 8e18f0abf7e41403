/** Every built-in rule keeps to the house: it loads, it explains itself, and its twin holds. */
import { basename, dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventLibrary, loadRules, rulesWithLists, twinBeside } from '../functions/local/rule-files.ts';
import { heardBy } from '../shared/detect/correlation/correlation.ts';
import { dialectsOf } from '../shared/detect/log-source.ts';
import type { TwinCase } from '../shared/detect/twin.ts';
import { faultOf } from '../shared/detect/twin-run.ts';

const choice = { rules: [], sigma: [], builtin: true };
const { rules: active, inactive, problems, warnings } = loadRules(choice);
const rules = [...active, ...inactive.map(({ rule }) => rule)];
const library = eventLibrary([]);
const withLists = rulesWithLists(choice);

/** Which carriers a rule must show itself on: each that brings events of its log source. */
const carrierOf: Readonly<Record<string, string>> = {
  'eks-audit': 'eks',
  'aks-audit': 'aks',
  'gke-audit': 'gke',
  cloudtrail: 'cloudtrail',
  'azure-activity': 'activity',
  'gke-admin': 'gcp',
  'gke-node-auditd': 'auditd',
  'kubernetes-event': 'event',
  'ingress-nginx': 'access',
  hubble: 'hubble',
};

describe('the built-in rules', () => {
  it('load without a fault or a remark', () => {
    expect(problems).toEqual([]);
    expect(warnings).toEqual([]);
    expect(rules.length).toBeGreaterThan(0);
  });

  it('are heard of by a correlation where they raise no alert', () => {
    const heard = new Set(
      rules
        .flatMap(({ correlation }) => (correlation ? heardBy(correlation) : []))
        .map((input) => input.rule),
    );
    expect(rules.filter(({ id, isSilent }) => isSilent === true && !heard.has(id))).toEqual([]);
  });

  for (const rule of rules.filter(({ isSilent }) => isSilent !== true)) {
    describe(rule.id, () => {
      const twin = twinBeside(rule);
      const cases: readonly TwinCase[] = twin?.cases ?? [];

      it('stands in a file of its own name', () => {
        expect(basename(rule.position.path, '.yml')).toBe(rule.id);
        expect(basename(dirname(rule.position.path))).toBe(rule.tactic);
      });

      it('says what it is, what it misses and what to do', () => {
        expect(rule.description.length).toBeGreaterThan(20);
        expect(rule.misses?.length ?? 0).toBeGreaterThan(10);
        expect(rule.respond.length).toBeGreaterThan(0);
        expect(rule.falsePositives.length).toBeGreaterThan(0);
        expect(rule.tags.some((tag) => /^attack\.t\d{4}/.test(tag))).toBe(true);
      });

      it('has a twin with a firing case and a silent one', () => {
        expect(twin?.problems).toEqual([]);
        expect(cases.some(({ fires }) => fires)).toBe(true);
        expect(cases.some(({ fires }) => !fires)).toBe(true);
      });

      it('fires in its twin on every cloud that can show it, or the twin says by a silent case that one cannot', () => {
        const carriers = dialectsOf(rule).flatMap((dialect) => carrierOf[dialect] ?? []);
        const shown = new Set(
          cases
            .flatMap(({ event, steps }) => [event, ...steps.map((step) => step.event)])
            .map((event) => event.split('/')[0]),
        );
        const isCloudApi = carriers.includes('cloudtrail') || carriers.includes('activity');
        const missing = carriers.filter((carrier) => !shown.has(carrier));
        expect(isCloudApi && shown.size > 0 ? [] : missing).toEqual([]);
      });

      for (const twinCase of cases) {
        it(`${twinCase.fires ? 'fires' : 'is silent'}: ${twinCase.name}`, async () => {
          expect(await faultOf(twinCase, rule, rules, library, withLists)).toBeUndefined();
        });
      }
    });
  }
});

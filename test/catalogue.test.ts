/** Every idea of the catalogue has a rule that stands for it, or a reason why none does. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadRules } from '../functions/local/rule-files.ts';
import { catalogue } from '../scripts/catalogue.ts';
import { sayLeftOut, sharedFolder } from './shared-data.ts';

const choice = { rules: [], sigma: [], builtin: true };
const { rules, inactive } = loadRules(choice);
/** Deprecated rules run only where they are asked for. */
const asked = loadRules({ ...choice, only: ['activity-all-events'] }).rules;
const covered = new Set(
  [...rules, ...inactive.map(({ rule }) => rule), ...asked].flatMap(({ covers }) => covers),
);

describe('the catalogue', () => {
  it('has a rule for every idea, or says why not', () => {
    const open = Object.keys(catalogue.ideas).filter(
      (id) => !covered.has(id) && catalogue.leftOut[id] === undefined,
    );
    expect(open).toEqual([]);
  });

  it('leaves out nothing that a rule stands for, and nothing that is no idea', () => {
    const wrong = Object.keys(catalogue.leftOut).filter((id) => covered.has(id) || !catalogue.ideas[id]);
    expect(wrong).toEqual([]);
  });

  const shared = sharedFolder();
  if (shared === undefined) sayLeftOut('the ideas of the catalogue, one by one');
  else
    it('knows every idea', () => {
      const idsIn = (name: string): readonly string[] =>
        (
          JSON.parse(readFileSync(join(shared, 'detections', name), 'utf8')) as {
            readonly detections: readonly { readonly id: string }[];
          }
        ).detections.map(({ id }) => id);
      expect(Object.keys(catalogue.ideas).toSorted()).toEqual(
        [...idsIn('union.json'), ...idsIn('beyond.json')].toSorted(),
      );
    });
});

/** The recording of labelled attacks: each is caught, by alerts that say who and from where. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attacksPage, caughtIn, isMild } from '../scripts/recordings/attacks-page.ts';
import { mildAttacks } from '../scripts/recordings/mild-attacks.ts';
import { sayLeftOut, sharedFolder } from './shared-data.ts';

const shared = sharedFolder();
if (shared === undefined) {
  sayLeftOut('the recording of attacks');
  it('gives a reason for every attack that stays mild', () => {
    expect(Object.values(mildAttacks).every((reason) => reason.length > 20)).toBe(true);
  });
} else {
  const rows = await caughtIn(join(shared, 'samples', 'real'));

  describe('an attack on a real API server', () => {
    it('is caught, by an alert that names its identity and its address', () => {
      expect(rows.filter(({ worst }) => worst === undefined).map(({ label }) => label.id)).toEqual([]);
    });

    it('is an alert of medium or above, but where its act alone is no danger', () => {
      const mild = rows.filter(({ worst }) => isMild(worst)).map(({ label }) => label.id);
      expect(mild.toSorted()).toEqual(Object.keys(mildAttacks).toSorted());
    });

    it('stands in docs/attacks.md as it was caught', () => {
      const page = readFileSync(new URL('../docs/attacks.md', import.meta.url), 'utf8');
      expect(page).toBe(attacksPage(rows));
    });
  });
}

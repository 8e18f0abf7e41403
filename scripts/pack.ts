/** A settings file in; beside a bundle, all that it asks for, checked and read (functions/pack.ts), out. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { abilitiesOf, enricherFrom } from '../functions/enrichment.ts';
import { choiceOf, ruleFilesOf } from '../functions/local/rule-files.ts';
import { type ConfigChoice, settingsAt, settingsFileOf } from '../functions/local/settings.ts';
import { type Pack, packName, packOf, startFrom } from '../functions/pack.ts';
import { rulesIn } from '../shared/detect/load-rules.ts';
import { KlaxonError, positionText, RuleError } from '../shared/errors.ts';
import type { Settings } from '../shared/settings/settings.ts';

export interface Packed {
  /** Those that run. */
  readonly rules: number;
  /** Rules that nothing in the settings lets hold: `klaxon rules list` says what they lack. */
  readonly inactive: number;
  readonly warnings: readonly string[];
}

/**
 * Every run writes the same files for the same settings.
 * @throws KlaxonError where a file cannot be read, or has any fault: a function is not packed with half of its rules.
 */
export const writePack = (config: ConfigChoice, folder: string): Packed => {
  const file = settingsFileOf(config) ?? { path: 'klaxon.config.yaml', documents: [], problems: [] };
  const settings = settingsAt(file);
  const enricher = enricherFrom({ mmdb: [], ipList: [] }, settings, () => undefined);
  const choice = choiceOf({ rules: [], sigma: [], builtin: true }, settings, abilitiesOf(enricher));
  const files = ruleFilesOf(choice);
  const { problems, warnings, inactive } = rulesIn(files, choice);
  if (problems.length > 0) throw new RuleError(problems);

  mkdirSync(folder, { recursive: true });
  const pack = packOf(file, files, copied(settings.enrichment, folder));
  const text = JSON.stringify(pack);
  checkSame(pack, JSON.parse(text));
  writeFileSync(join(folder, packName), text);
  const { rules } = startFrom(pathToFileURL(`${folder}/`), () => undefined);
  return {
    rules: rules.length,
    inactive: inactive.length,
    warnings: warnings.map((warning) => `${positionText(warning)}: ${warning.message}`),
  };
};

/** Under names of our own: those of two folders may be the same, and are nobody's business. */
const copied = ({ mmdb, ipLists }: Settings['enrichment'], folder: string): Settings['enrichment'] => {
  const copy = (from: string, name: string): string => {
    copyFileSync(from, join(folder, name));
    return name;
  };
  return {
    mmdb: mmdb.map((path, at) => copy(path, `database-${at + 1}.mmdb`)),
    ipLists: Object.fromEntries(
      Object.entries(ipLists).map(([name, path], at) => [name, copy(path, `addresses-${at + 1}.txt`)]),
    ),
  };
};

/** YAML can hold what JSON cannot, `.nan` and `.inf`: a rule that asks for them would be another rule in a function. */
const checkSame = (pack: Pack, read: Pack): void => {
  for (const [at, file] of pack.sigma.entries()) {
    if (isDeepStrictEqual(file, read.sigma[at])) continue;
    throw new KlaxonError('rule', `${file.path} holds .nan or .inf, which no event can hold`);
  }
};

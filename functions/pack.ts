/**
 * What a function is packed with, checked when it is packed: settings, rules and enrichment, in; what it starts with, out.
 *
 * YAML takes most of the time that it takes to load rules, so they are packed as JSON (docs/decisions/0022).
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Enricher } from '../shared/detect/enrich/enricher.ts';
import { type RuleFiles, rulesIn } from '../shared/detect/load-rules.ts';
import type { Rule } from '../shared/detect/rule.ts';
import type { RuleFile } from '../shared/detect/sigma/facts.ts';
import { KlaxonError, messageOf, RuleError } from '../shared/errors.ts';
import { type PackedYaml, packed, unpacked } from '../shared/schema/packed-yaml.ts';
import type { YamlFile } from '../shared/schema/yaml.ts';
import { settingsIn } from '../shared/settings/check-settings.ts';
import type { Settings } from '../shared/settings/settings.ts';
import { abilitiesOf, enricherFrom } from './enrichment.ts';

/** Stands beside the bundle, with the files of enrichment that it names. */
export const packName = 'pack.json';

export interface Pack {
  readonly settings: PackedYaml;
  readonly lists: readonly PackedYaml[];
  readonly sigma: readonly (PackedYaml & Pick<RuleFile, 'source'>)[];
  readonly falco: readonly PackedYaml[];
  /** In place of what the settings say: paths from the pack. */
  readonly enrichment: Settings['enrichment'];
}

export const packOf = (
  settings: YamlFile,
  { lists, sigma, falco }: RuleFiles,
  enrichment: Settings['enrichment'],
): Pack => ({
  settings: packed(settings),
  lists: lists.map(packed),
  sigma: sigma.map((file) => ({ ...packed(file), source: file.source })),
  falco: falco.map(packed),
  enrichment,
});

export interface Start {
  readonly settings: Settings;
  readonly rules: readonly Rule[];
  readonly enricher: Enricher | undefined;
}

/**
 * `folder` ends in a slash. What a database turns out to lack later is told to `onFault`.
 * @throws KlaxonError where the pack is not there or not whole, RuleError and SettingsError where it is of another version.
 */
export const startFrom = (folder: URL, onFault: (message: string) => void): Start => {
  const pack = packIn(new URL(packName, folder));
  const settings = { ...settingsIn(unpacked(pack.settings)), enrichment: pathsFrom(folder, pack.enrichment) };
  const enricher = enricherFrom({ mmdb: [], ipList: [] }, settings, onFault);
  const { rules, problems } = rulesIn(
    {
      lists: pack.lists.map(unpacked),
      sigma: pack.sigma.map((file) => ({ ...unpacked(file), source: file.source, isChecked: true })),
      falco: pack.falco.map(unpacked),
    },
    { settings, abilities: abilitiesOf(enricher) },
  );
  if (problems.length > 0) throw new RuleError(problems);
  return { settings, rules, enricher };
};

const packIn = (place: URL): Pack => {
  try {
    return JSON.parse(readFileSync(place, 'utf8'));
  } catch (thrown) {
    throw new KlaxonError('settings', `cannot read ${fileURLToPath(place)}: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
};

const pathsFrom = (folder: URL, { mmdb, ipLists }: Settings['enrichment']): Settings['enrichment'] => {
  const fromHere = (path: string): string => fileURLToPath(new URL(path, folder));
  return {
    mmdb: mmdb.map(fromHere),
    ipLists: Object.fromEntries(Object.entries(ipLists).map(([name, path]) => [name, fromHere(path)])),
  };
};

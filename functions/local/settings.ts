/** The settings file that a command is to use in; its settings, with paths as they lead from here, out. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { KlaxonError } from '../../shared/errors.ts';
import { type YamlFile, yamlOf } from '../../shared/schema/yaml.ts';
import { noSettings, settingsIn } from '../../shared/settings/check-settings.ts';
import type { Settings } from '../../shared/settings/settings.ts';
import { systemFaultText } from '../system-fault.ts';

/** Used where it is there and no other is named. */
const usualFile = 'klaxon.config.yaml';

/** `--config FILE`, `--no-config` (false), or neither: then the usual file is used, if it is there. */
export type ConfigChoice = string | false | undefined;

/** @throws KlaxonError where the file cannot be read, SettingsError where it has faults. */
export const settingsFrom = (config: ConfigChoice): Settings => {
  const file = settingsFileOf(config);
  return file ? settingsAt(file) : noSettings();
};

/** @throws KlaxonError where the file cannot be read. */
export const settingsFileOf = (config: ConfigChoice): YamlFile | undefined => {
  if (config === false || (config === undefined && !existsSync(usualFile))) return undefined;
  const path = config ?? usualFile;
  if (config === undefined && process.stderr.isTTY)
    process.stderr.write(`klaxon: with the settings of ${usualFile} (--no-config leaves them out)\n`);
  return yamlOf(path, textAt(path));
};

/** @throws SettingsError where the file has faults. */
export const settingsAt = (file: YamlFile): Settings => withPathsFrom(dirname(file.path), settingsIn(file));

const textAt = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    throw new KlaxonError('settings', `cannot read ${path}: ${systemFaultText(thrown)}`, { cause: thrown });
  }
};

/** Paths in the file are relative to the file. */
const withPathsFrom = (folder: string, settings: Settings): Settings => {
  const { rules, tuning, enrichment } = settings;
  const fromHere = (path: string): string => (isAbsolute(path) ? path : join(folder, path));
  const { folders, sigma, falco } = rules;
  return {
    ...settings,
    rules: {
      ...rules,
      folders: folders.map(fromHere),
      sigma: sigma.map(fromHere),
      falco: falco.map(fromHere),
    },
    tuning: { ...tuning, filters: tuning.filters.map(fromHere) },
    enrichment: {
      mmdb: enrichment.mmdb.map(fromHere),
      ipLists: Object.fromEntries(
        Object.entries(enrichment.ipLists).map(([name, path]) => [name, fromHere(path)]),
      ),
    },
  };
};

/** The settings file that a command is to use in; its settings, with paths as they lead from here, out. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { KlaxonError, messageOf } from '../../shared/errors.ts';
import { noSettings } from '../../shared/settings/check-settings.ts';
import { settingsOf } from '../../shared/settings/read-settings.ts';
import type { Settings } from '../../shared/settings/settings.ts';

/** Used where it is there and no other is named. */
const usualFile = 'klaxon.config.yaml';

/**
 * False leaves any file out; undefined takes the usual one, if it is there.
 * @throws KlaxonError where the file cannot be read, SettingsError where it has faults.
 */
export const settingsFrom = (config: string | false | undefined): Settings => {
  if (config === false || (config === undefined && !existsSync(usualFile))) return noSettings();
  const path = config ?? usualFile;
  if (config === undefined && process.stderr.isTTY)
    process.stderr.write(`klaxon: with the settings of ${usualFile} (--no-config leaves them out)\n`);
  return withPathsFrom(dirname(path), settingsOf(path, textAt(path)));
};

const textAt = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    throw new KlaxonError('settings', `cannot read settings: ${messageOf(thrown)}`, { cause: thrown });
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

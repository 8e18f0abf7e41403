/** The text of klaxon.config.yaml in; settings with every section there, or every fault with its place, out. */
import { yamlOf } from '../schema/yaml.ts';
import { settingsIn } from './check-settings.ts';
import type { Settings } from './settings.ts';

/** @throws SettingsError with every fault that was found. */
export const settingsOf = (path: string, text: string): Settings => settingsIn(yamlOf(path, text));

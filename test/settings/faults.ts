/** Settings as a person writes them in; what is wrong with them, and where, out. */
import { SettingsError } from '../../shared/errors.ts';
import { settingsOf } from '../../shared/settings/read-settings.ts';

export const read = (text: string) => settingsOf('klaxon.config.yaml', text);

/** `line:column: message`, as a person reads them. */
export const faultsOf = (text: string): readonly string[] => {
  try {
    read(text);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof SettingsError)) throw thrown;
    return thrown.problems.map(({ line, column, message }) => `${line}:${column}: ${message}`);
  }
};

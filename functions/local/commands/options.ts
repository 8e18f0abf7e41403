/** Readers of option values that more than one command takes. */
import { type Command, InvalidArgumentError } from 'commander';
import type { NamedPath } from '../../enrichment.ts';

export const collectOption = (value: string, earlier: readonly string[]): readonly string[] => [
  ...earlier,
  value,
];

/** `a,b,c` */
export const ids = (value: string): readonly string[] =>
  value
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');

const units: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** `64MiB`, `512k`, `1g` or a number of bytes. */
export const bytesOf = (value: string): number => {
  const match = /^(\d+)\s*([kmg]?)(?:i?b)?$/i.exec(value);
  const bytes = match ? Number(match[1]) * (units[match[2]?.toLowerCase() ?? ''] ?? 0) : 0;
  if (bytes <= 0 || !Number.isSafeInteger(bytes))
    throw new InvalidArgumentError('Expected a size such as 64MiB.');
  return bytes;
};

/** `tor=exits.txt`, once for each list. */
const namedPaths = (value: string, earlier: readonly NamedPath[]): readonly NamedPath[] => {
  const [, name, path] = /^([A-Za-z0-9_-]+)=(.+)$/s.exec(value) ?? [];
  if (name === undefined || path === undefined)
    throw new InvalidArgumentError('Expected NAME=FILE, such as tor=exits.txt.');
  return [...earlier, { name, path }];
};

/** Files that tell more of a caller's address than the log does. */
export const withEnrichment = (command: Command): Command =>
  command
    .option(
      '--mmdb <file>',
      'countries, networks or anonymisers of addresses (repeatable)',
      collectOption,
      [],
    )
    .option('--ip-list <name=file>', 'a list of addresses for rules to ask for (repeatable)', namedPaths, []);

/** What commander makes of the two options below: a path, false, or nothing. */
export interface ConfigOption {
  readonly config?: string | false;
}

export const withConfig = (command: Command): Command =>
  command
    .option('--config <file>', 'settings (klaxon.config.yaml, where it is there)')
    .option('--no-config', 'leave any settings file out');

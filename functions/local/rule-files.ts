/** Folders of rule files in, the rules they hold out. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Abilities } from '../../shared/detect/enrich/facts.ts';
import {
  type LoadedRules,
  type LoadOptions,
  type RuleFiles,
  rulesIn,
} from '../../shared/detect/load-rules.ts';
import type { Rule } from '../../shared/detect/rule.ts';
import type { RuleFile } from '../../shared/detect/sigma/facts.ts';
import { lintOf } from '../../shared/detect/sigma/lint.ts';
import { placeholdersOf, ruleSetOf } from '../../shared/detect/sigma/rule-set.ts';
import { withAddedValues } from '../../shared/detect/tuning.ts';
import { type EventLibrary, type Twin, twinOf } from '../../shared/detect/twin.ts';
import type { RulesWithLists } from '../../shared/detect/twin-run.ts';
import { KlaxonError, type RuleProblem } from '../../shared/errors.ts';
import { isObject, type JsonObject } from '../../shared/schema/json.ts';
import { type Scalars, type YamlFile, yamlOf } from '../../shared/schema/yaml.ts';
import { noSettings } from '../../shared/settings/check-settings.ts';
import type { Settings } from '../../shared/settings/settings.ts';
import { systemFaultText } from '../system-fault.ts';

export interface RuleChoice extends LoadOptions {
  /** Folders in our layout, that add to or stand in for the built-in rules. */
  readonly rules: readonly string[];
  /** Folders or files of Sigma rules. */
  readonly sigma: readonly string[];
  /** Files of Falco rules, in the order in which they change one another. */
  readonly falco?: readonly string[] | undefined;
  readonly builtin: boolean;
}

/** What a person asked for on the command line wins over the same key of the settings file. */
export const choiceOf = (flags: RuleChoice, settings: Settings, abilities?: Abilities): RuleChoice => {
  const { builtin, folders, sigma, falco } = settings.rules;
  const { rules: asked, falco: askedFalco = [] } = flags;
  return {
    rules: asked.length > 0 ? asked : folders,
    sigma: flags.sigma.length > 0 ? flags.sigma : sigma,
    falco: askedFalco.length > 0 ? askedFalco : falco,
    builtin: flags.builtin && builtin,
    only: flags.only,
    settings,
    isPartial:
      (builtin && !flags.builtin) ||
      (asked.length > 0 && folders.length > 0) ||
      (flags.sigma.length > 0 && sigma.length > 0) ||
      (askedFalco.length > 0 && falco.length > 0),
    abilities,
  };
};

/** The rules that ship with Klaxon: beside the sources in a checkout, beside the bundle in a package. */
export const builtinFolder = (): string => {
  const places = ['../../rules/', '../rules/'].map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const found = places.find((place) => existsSync(join(place, 'lists')));
  if (found === undefined)
    throw new KlaxonError('rule', `the built-in rules are missing: looked in ${places.join(' and ')}`);
  return found;
};

/** Files below a folder in the order of their names; a twin (`<id>.test.yml`) is no rule. */
const filesBelow = (path: string): readonly string[] =>
  reading(path, () => {
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name) && !/\.test\.ya?ml$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted();
  });

const reading = <T>(path: string, read: () => T): T => {
  try {
    return read();
  } catch (thrown) {
    throw new KlaxonError('rule', `cannot read the rules in ${path}: ${systemFaultText(thrown)}`, {
      cause: thrown,
    });
  }
};

/** Which part of a rule folder a file belongs to: `lists/`, `events/` (for twins), or rules. */
const partOf = (folder: string, path: string): string => relative(folder, path).split(sep)[0] ?? '';

/** Paths are shown as a person would type them from where they stand. */
const shown = (path: string): string => {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') || fromHere === '' ? path : fromHere;
};

const read = (path: string, scalars?: Scalars): YamlFile =>
  yamlOf(
    shown(path),
    reading(path, () => readFileSync(path, 'utf8')),
    scalars,
  );

/** @throws KlaxonError where a folder cannot be read, or `only` or the settings name a rule that is not there or cannot run. */
export const loadRules = (choice: RuleChoice): LoadedRules => rulesIn(ruleFilesOf(choice), choice);

/** Remarks on the Sigma files among them, as they are without what the settings say of single rules. */
export const lintFiles = (choice: RuleChoice): readonly RuleProblem[] => {
  const { lists, sigma } = ruleFilesOf(choice);
  const { placeholders } = placeholdersOf(lists);
  return lintOf(sigma, withAddedValues(placeholders, choice.settings ?? noSettings()).lists);
};

/** @throws KlaxonError where one cannot be read. */
export const ruleFilesOf = (choice: RuleChoice): RuleFiles => {
  const ownFolders = [...(choice.builtin ? [builtinFolder()] : []), ...choice.rules];
  const lists: YamlFile[] = [];
  const sigma: RuleFile[] = [];
  const falco: YamlFile[] = [];
  for (const folder of ownFolders) {
    for (const path of filesBelow(folder)) {
      const part = partOf(folder, path);
      if (part === 'lists') lists.push(read(path));
      else if (part !== 'events') sigma.push({ ...read(path), source: 'builtin' });
    }
  }
  // The lists are there for brought rules too.
  if (!choice.builtin) {
    const paths = filesBelow(join(builtinFolder(), 'lists'));
    lists.push(...paths.map((path) => read(path)));
  }
  const brought = [...choice.sigma, ...(choice.settings?.tuning.filters ?? [])];
  for (const path of brought.flatMap(filesBelow)) sigma.push({ ...read(path), source: 'sigma' });
  for (const path of (choice.falco ?? []).flatMap(filesBelow)) falco.push(read(path, 'texts'));
  return { lists, sigma, falco };
};

/** Reads the files of a choice again, for cases of twins that state what lists hold. */
export const rulesWithLists = (choice: RuleChoice): RulesWithLists => {
  const { lists, sigma } = ruleFilesOf(choice);
  const { placeholders } = placeholdersOf(lists);
  return (rule, values) => {
    const paths = [rule.position, ...(rule.filters ?? [])].map(({ path }) => path);
    const needed = rule.correlation ? sigma : sigma.filter(({ path }) => paths.includes(path));
    return ruleSetOf(needed, new Map([...placeholders, ...values])).rules;
  };
};

/** The base events of twins: of the folder's own `events/`, else of the built-in rules. */
export const eventLibrary = (folders: readonly string[]): EventLibrary => {
  const known = new Map<string, JsonObject | undefined>();
  const load = (name: string): JsonObject | undefined => {
    const path = [...folders, builtinFolder()]
      .map((folder) => join(folder, 'events', `${name}.yml`))
      .find((candidate) => existsSync(candidate));
    const [document] = path === undefined ? [] : yamlOf(shown(path), readFileSync(path, 'utf8')).documents;
    return isObject(document?.value) ? document.value : undefined;
  };
  return (name) => {
    if (!known.has(name)) known.set(name, load(name));
    return known.get(name);
  };
};

/** The twin beside a rule, where there is one. Falco rules stand many to a file and have none. */
export const twinBeside = (rule: Rule): Twin | undefined => {
  if (rule.source === 'falco') return undefined;
  const path = rule.position.path.replace(/\.ya?ml$/, '.test.yml');
  return existsSync(path) ? twinOf(path, readFileSync(path, 'utf8')) : undefined;
};

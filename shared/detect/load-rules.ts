/** Every file that rules are made of, read, in; the rules that run, and why others do not, out. */
import { KlaxonError, SettingsError } from '../errors.ts';
import type { YamlFile } from '../schema/yaml.ts';
import { noSettings } from '../settings/check-settings.ts';
import type { Settings } from '../settings/settings.ts';
import { heardBy } from './correlation/correlation.ts';
import { type Abilities, noAbilities } from './enrich/facts.ts';
import { falcoRuleSetOf } from './falco/rule-set.ts';
import { type ActiveRules, withoutInactive } from './inactive.ts';
import type { Rule } from './rule.ts';
import type { RuleFile } from './sigma/facts.ts';
import { placeholdersOf, type RuleSet, ruleSetOf } from './sigma/rule-set.ts';
import { type Tuned, tuned, withAddedValues } from './tuning.ts';

export interface RuleFiles {
  /** The values that rules share, a list a file. */
  readonly lists: readonly YamlFile[];
  /** Rules and filters in Sigma's language, ours among them. */
  readonly sigma: readonly RuleFile[];
  /** In the order in which they change one another; scalars read as texts. */
  readonly falco: readonly YamlFile[];
}

export interface LoadOptions {
  /** Only these rules, by id; undefined means all. */
  readonly only?: readonly string[] | undefined;
  /** What of the file is not said by a flag: how rules are tuned, and which filters are added. */
  readonly settings?: Settings | undefined;
  /** Flags left out rules that the settings ask for, and may well speak of. */
  readonly isPartial?: boolean | undefined;
  /** What the enrichment can tell; nothing if absent. */
  readonly abilities?: Abilities | undefined;
}

/** Disabled and inactive rules are not among the rules that run. */
export interface LoadedRules extends RuleSet, ActiveRules, Pick<Tuned, 'disabled' | 'changes'> {}

/** @throws KlaxonError where `only` or the settings name a rule that is not there or cannot run. */
export const rulesIn = (files: RuleFiles, options: LoadOptions): LoadedRules => {
  const { settings = noSettings(), only, abilities = noAbilities } = options;
  const { placeholders, problems } = placeholdersOf(files.lists);
  const longer = withAddedValues(placeholders, settings);
  const set = ruleSetOf(files.sigma, longer.lists);
  const falco = falcoRuleSetOf(files.falco);
  const { rules, disabled, changes, ...tuning } = tuned([...set.rules, ...falco.rules], settings, only);
  const faults = options.isPartial ? [] : [...tuning.problems, ...longer.problems];
  if (faults.length > 0) throw new SettingsError(faults);
  const active = withoutInactive(chosen(rules, only), abilities);
  const missed = active.inactive.find(({ rule }) => only?.includes(rule.id));
  if (missed) throw new KlaxonError('rule', `${missed.rule.id} is inactive: ${missed.reason}`);
  return {
    ...active,
    disabled,
    changes,
    problems: [...problems, ...set.problems, ...falco.problems],
    warnings: [...set.warnings, ...falco.warnings],
  };
};

const chosen = (rules: readonly Rule[], only: readonly string[] | undefined): readonly Rule[] => {
  if (only === undefined) return rules.filter((rule) => !rule.isDeprecated);
  const unknown = only.filter((id) => !rules.some((rule) => rule.id === id));
  if (unknown.length > 0) {
    throw new KlaxonError('rule', `no rule has the id ${unknown.join(', ')}: see klaxon rules list`);
  }
  return withHeard(rules, only);
};

/** The rules asked for, and, without alerts of their own, those that the correlations among them hear of. */
const withHeard = (rules: readonly Rule[], only: readonly string[]): readonly Rule[] => {
  const needed = new Set(only);
  const visit = (id: string): void => {
    const rule = rules.find((candidate) => candidate.id === id);
    for (const input of rule?.correlation ? heardBy(rule.correlation) : []) {
      needed.add(input.rule);
      visit(input.rule);
    }
  };
  for (const id of only) visit(id);
  return rules
    .filter(({ id }) => needed.has(id))
    .map((rule) => ({ ...rule, isSilent: !only.includes(rule.id) }));
};

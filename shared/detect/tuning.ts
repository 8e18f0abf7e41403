/** Rules and what the settings say of them in; the rules that run, those that do not and why, and what changed, out. */
import type { RuleProblem } from '../errors.ts';
import { suggestion } from '../schema/nearest.ts';
import type { YamlPath } from '../schema/yaml.ts';
import type { RuleTuning, Settings } from '../settings/settings.ts';
import { heardBy } from './correlation/correlation.ts';
import type { Rule, Suppression } from './rule.ts';
import { secondsOf } from './sigma/duration.ts';
import { patternOf } from './sigma/pattern.ts';
import type { Placeholders } from './sigma/placeholder.ts';

export interface Tuned {
  /** Those that run; a disabled rule is still among them, without alerts, where a correlation hears of it. */
  readonly rules: readonly Rule[];
  readonly disabled: readonly DisabledRule[];
  /** By a rule's id what the settings changed of it, in words. */
  readonly changes: ReadonlyMap<string, readonly string[]>;
  /** Rules that are named but not there, and fields that a rule does not know. */
  readonly problems: readonly RuleProblem[];
}

export interface DisabledRule {
  readonly rule: Rule;
  readonly because: string;
}

type TuningSettings = Pick<Settings, 'tuning' | 'positionOf'> & Partial<Pick<Settings, 'alerts'>>;

/** A rule asked for by its id runs, whether or not the settings disable it. */
export const tuned = (
  rules: readonly Rule[],
  settings: TuningSettings,
  asked: readonly string[] = [],
): Tuned => {
  const tunings = new Map(Object.entries(settings.tuning.rules));
  const isDisabled = ({ id }: Rule): boolean => tunings.get(id)?.disable === true && !asked.includes(id);
  const changed = rules.map((rule) => {
    const tuning = tunings.get(rule.id);
    return tuning ? withTuning(rule, tuning) : rule;
  });
  const heard = new Set(
    changed.flatMap((rule) =>
      rule.correlation && !isDisabled(rule) ? heardBy(rule.correlation).map(({ rule: id }) => id) : [],
    ),
  );
  return {
    rules: changed.flatMap((rule) => {
      if (!isDisabled(rule)) return [rule];
      return heard.has(rule.id) ? [{ ...rule, isSilent: true }] : [];
    }),
    disabled: changed
      .filter(isDisabled)
      .map((rule) => ({ rule, because: tunings.get(rule.id)?.because ?? '' })),
    changes: new Map(rules.map((rule) => [rule.id, changesOf(rule, tunings.get(rule.id))])),
    problems: problemsOf(rules, settings),
  };
};

/** A severity of the settings replaces every one of the rule: whoever asks for low wants no case that is high. */
const withTuning = (rule: Rule, { severity, suppress }: RuleTuning): Rule => ({
  ...rule,
  ...(severity && { severity, severityCases: [] }),
  ...(suppress && { suppress: suppressionOf(rule, suppress) }),
});

const suppressionOf = ({ suppress }: Rule, tuning: RuleTuning['suppress'] = {}): Suppression => ({
  by: tuning.by ?? suppress.by,
  forSeconds: (tuning.for === undefined ? undefined : secondsOf(tuning.for)) ?? suppress.forSeconds,
});

const changesOf = (rule: Rule, tuning: RuleTuning | undefined): readonly string[] => {
  if (!tuning) return [];
  const { disable, severity, suppress, because } = tuning;
  const cases = rule.severityCases.map((one) => one.severity);
  const earlier = [...new Set([rule.severity, ...cases])].join(' or ');
  const { by, forSeconds } = rule.suppress;
  const changes = [
    ...(disable ? ['disabled'] : []),
    ...(severity ? [`severity ${severity}, was ${earlier}`] : []),
    ...(suppress?.by ? [`groups by ${suppress.by.join(', ')}, was ${by.join(', ')}`] : []),
    ...(suppress?.for ? [`one alert in ${suppress.for}, was ${forSeconds} seconds`] : []),
  ];
  return because === undefined ? changes : [...changes, `because: ${because}`];
};

const problemsOf = (
  rules: readonly Rule[],
  { tuning, alerts, positionOf }: TuningSettings,
): readonly RuleProblem[] => {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const problems: RuleProblem[] = [];
  const add = (path: YamlPath, message: string): void => {
    problems.push({ ...positionOf(path), message });
  };
  const noRule = (id: string): string =>
    `no rule has the id "${id}"${suggestion(id, byId.keys(), 3) || ': see klaxon rules list'}`;
  for (const [id, { suppress }] of Object.entries(tuning.rules)) {
    const path = ['tuning', 'rules', id];
    const rule = byId.get(id);
    const known = rule?.correlation?.groupBy;
    if (!rule) add(path, noRule(id));
    else if (known && suppress?.by?.some((name) => !rule.suppress.by.includes(name) && !known.includes(name)))
      add([...path, 'suppress', 'by'], `a correlation knows ${rule.suppress.by.join(', ')}`);
  }
  for (const [at, route] of (alerts?.routes ?? []).entries()) {
    for (const [place, id] of (route.rules ?? []).entries())
      if (!byId.has(id)) add(['alerts', 'routes', at, 'rules', place], noRule(id));
  }
  return problems;
};

/** The lists that rules share, with the values that the settings add; a list that is not there is a fault. */
export const withAddedValues = (
  lists: Placeholders,
  { tuning, positionOf }: TuningSettings,
): { readonly lists: Placeholders; readonly problems: readonly RuleProblem[] } => {
  const problems: RuleProblem[] = [];
  const longer = new Map(lists);
  for (const [name, values] of Object.entries(tuning.lists)) {
    const path = ['tuning', 'lists', name];
    const known = lists.get(name);
    if (!known) {
      const message = `no list is named "${name}"${suggestion(name, lists.keys(), 3)}`;
      problems.push({ ...positionOf(path), message });
      continue;
    }
    for (const [at, value] of values.entries()) {
      if (namesSomething(value)) continue;
      problems.push({ ...positionOf([...path, at]), message: `"${value}" names nothing: expected a value` });
    }
    longer.set(name, [...new Set([...known, ...values.filter(namesSomething)])]);
  }
  return { lists: longer, problems };
};

/** A value of wildcards alone would make every rule that leaves the list out blind. */
const namesSomething = (value: string): boolean => patternOf(value).some((part) => typeof part === 'object');

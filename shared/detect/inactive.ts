/** Rules and what is loaded in; the rules that can hold, and those that cannot with what they lack, out. */
import { heardBy } from './correlation/correlation.ts';
import type { Abilities, Fact, Need } from './enrich/facts.ts';
import { type Expression, simplified, type Test, testsOf } from './expression.ts';
import type { Rule } from './rule.ts';
import { memberScope, type Scope } from './scope.ts';

export interface InactiveRule {
  readonly rule: Rule;
  /** What it lacks, and how to give it. */
  readonly reason: string;
}

export interface ActiveRules {
  readonly rules: readonly Rule[];
  readonly inactive: readonly InactiveRule[];
}

/** An inactive rule would be asked for nothing: it is left out, and whoever looks for it is told why. */
export const withoutInactive = (rules: readonly Rule[], abilities: Abilities): ActiveRules => {
  const reasons = new Map<string, string>();
  for (const rule of rules) {
    const reason = emptinessOf(rule) ?? lackOf(rule.expression, abilities);
    if (reason !== undefined) reasons.set(rule.id, reason);
  }
  // A correlation may hear of correlations: each round finds those that the round before made deaf.
  for (let known = -1; known < reasons.size; ) {
    known = reasons.size;
    for (const rule of rules) {
      const reason = reasons.has(rule.id) ? undefined : deafnessOf(rule, reasons);
      if (reason !== undefined) reasons.set(rule.id, reason);
    }
  }
  if (reasons.size === 0) return { rules, inactive: [] };
  return {
    rules: rules.filter(({ id }) => !reasons.has(id)),
    inactive: rules.flatMap((rule) => {
      const reason = reasons.get(rule.id);
      return reason === undefined ? [] : [{ rule, reason }];
    }),
  };
};

const emptinessOf = ({ emptyLists = [] }: Rule): string | undefined => {
  const [name] = emptyLists;
  return name === undefined
    ? undefined
    : `the list ${name} is empty: fill tuning.lists.${name} in klaxon.config.yaml, or lists/${name}.yml in a folder of --rules`;
};

/** What would let an expression hold that cannot without it; undefined where it can, or never will. */
const lackOf = (expression: Expression, abilities: Abilities): string | undefined => {
  if (canHold(expression, abilities)) return undefined;
  const wishes = new Map<string, Abilities>();
  for (const { needs } of testsOf(expression)) {
    if (!needs) continue;
    for (const [wish, granted] of wishesOf(needs, abilities)) wishes.set(wish, granted);
  }
  const enough = [...wishes].filter(([, granted]) => canHold(expression, granted)).map(([wish]) => wish);
  if (enough.length > 0) return `needs ${enough.join(' or ')}`;
  return wishes.size > 0 ? `needs ${[...wishes.keys()].join(' and ')}` : undefined;
};

/** Whether anything but false is left when every test that nothing can answer is taken as for an address unknown. */
const canHold = (expression: Expression, abilities: Abilities): boolean => {
  const rest = simplified(expression, (test) => answerWithout(test, abilities));
  return rest.kind !== 'constant' || rest.value;
};

const unknown: Scope = memberScope({});

const answerWithout = (test: Test, { facts, lists }: Abilities): boolean | undefined => {
  const { needs } = test;
  if (!needs || ('fact' in needs && facts.has(needs.fact))) return undefined;
  const answer = test.holds(unknown);
  // An address in every list that is loaded, and one in none: in between lies every other.
  return 'lists' in needs && test.holds(memberScope({ caller: { lists } })) !== answer ? undefined : answer;
};

type Wish = readonly [string, Abilities];

const databases: Readonly<Record<Fact, string>> = {
  country: 'a country database (--mmdb FILE)',
  asn: 'an ASN database (--mmdb FILE)',
  organization: 'an ASN database (--mmdb FILE)',
  anonymous: 'an anonymiser database (--mmdb FILE)',
  anonymizers: 'an anonymiser database (--mmdb FILE)',
};

/** What could be given that a test asks for, and what all could be told then. */
const wishesOf = (needs: Need, abilities: Abilities): readonly Wish[] => {
  if ('fact' in needs) {
    const facts = (Object.keys(databases) as Fact[]).filter(
      (fact) => databases[fact] === databases[needs.fact],
    );
    return [[databases[needs.fact], { ...abilities, facts: new Set([...abilities.facts, ...facts]) }]];
  }
  if (needs.lists.length === 0) return [['an IP list (--ip-list NAME=FILE)', abilities]];
  return needs.lists
    .filter((name) => !abilities.lists.includes(name))
    .map((name) => [
      `the IP list ${name} (--ip-list ${name}=FILE)`,
      { ...abilities, lists: [...abilities.lists, name] },
    ]);
};

/** Rules in time need all of theirs; the others hear of none. */
const deafnessOf = ({ correlation }: Rule, reasons: ReadonlyMap<string, string>): string | undefined => {
  if (!correlation) return undefined;
  const inputs = heardBy(correlation);
  const silent = inputs.find(({ rule }) => reasons.has(rule));
  const needsAll =
    correlation.type.startsWith('temporal') && !('expression' in correlation && correlation.expression);
  const isDeaf = needsAll
    ? silent !== undefined
    : correlation.inputs.length > 0 && correlation.inputs.every(({ rule }) => reasons.has(rule));
  return isDeaf && silent ? `hears of ${silent.rule}: ${reasons.get(silent.rule) ?? ''}` : undefined;
};

/** Which rules cannot hold with what is loaded, and what they are said to lack. */
import { describe, expect, it } from 'vitest';
import { type Abilities, type Fact, noAbilities } from '../../shared/detect/enrich/facts.ts';
import { withoutInactive } from '../../shared/detect/inactive.ts';
import { ruleSetOf } from '../../shared/detect/sigma/rule-set.ts';
import { file, loadedDetection, ruleText } from './sigma/loading.ts';

const able = (facts: readonly Fact[] = [], lists: readonly string[] = []): Abilities => ({
  facts: new Set(facts),
  lists,
});

/** What the only rule lacks; undefined where it runs. */
const lack = (detection: string, abilities: Abilities = noAbilities): string | undefined => {
  const { rules, problems } = loadedDetection(detection, { version: 3, lists: { full: ['a'], empty: [] } });
  expect(problems).toEqual([]);
  const { rules: active, inactive } = withoutInactive(rules, abilities);
  expect(active.length + inactive.length).toBe(1);
  return inactive[0]?.reason;
};

describe('a rule that asks for a fact', () => {
  const needed: readonly (readonly [Fact, string, string])[] = [
    ['country', 'SE', 'needs a country database (--mmdb FILE)'],
    ['asn', '64500', 'needs an ASN database (--mmdb FILE)'],
    ['organization', 'Example*', 'needs an ASN database (--mmdb FILE)'],
    ['anonymous', 'true', 'needs an anonymiser database (--mmdb FILE)'],
    ['anonymizers', 'tor', 'needs an anonymiser database (--mmdb FILE)'],
  ];
  for (const [fact, value, reason] of needed) {
    it(`runs only where something can tell it: ${fact}`, () => {
      const detection = `sel: { verb: get, caller.${fact}: ${value} }\ncondition: sel`;
      expect(lack(detection)).toBe(reason);
      expect(lack(detection, able([fact]))).toBeUndefined();
    });
  }

  it('in an exception runs without', () => {
    expect(
      lack('sel: { verb: get }\nhome: { caller.country: SE }\ncondition: sel and not home'),
    ).toBeUndefined();
    expect(
      lack('sel: { verb: get }\ncase: { caller.country|neq: SE }\ncondition: sel and case'),
    ).toBeUndefined();
  });

  it('in an exception does not run without where it asks that the fact be known', () => {
    for (const known of ['{ caller.country|exists: true }', '{ caller.country: "*" }']) {
      const detection = `sel: { verb: get }\nknown: ${known}\nhome: { caller.country: SE }\ncondition: sel and known and not home`;
      expect(lack(detection)).toBe('needs a country database (--mmdb FILE)');
      expect(lack(detection, able(['country']))).toBeUndefined();
    }
    const untold = 'sel: { verb: get }\nuntold: { caller.asn: null }\ncondition: sel and not untold';
    expect(lack(untold)).toBe('needs an ASN database (--mmdb FILE)');
    expect(lack(untold, able(['asn']))).toBeUndefined();
  });

  it('as one of several ways runs on the others', () => {
    expect(
      lack('sel: { verb: get }\nabroad: { caller.country: SE }\ncondition: sel or abroad'),
    ).toBeUndefined();
  });

  it('of the address alone, or of what callers say, lacks nothing', () => {
    expect(lack('sel: { caller.public: true, client.country: SE }\ncondition: sel')).toBeUndefined();
  });
});

describe('a rule that asks for an IP list', () => {
  it('runs only where a list of that name holds an address', () => {
    const detection = 'sel: { caller.lists: tor }\ncondition: sel';
    expect(lack(detection)).toBe('needs the IP list tor (--ip-list tor=FILE)');
    expect(lack(detection, able([], ['denied']))).toBe('needs the IP list tor (--ip-list tor=FILE)');
    expect(lack(detection, able([], ['denied', 'tor']))).toBeUndefined();
  });

  it('by a pattern runs where a list fits it', () => {
    const detection = 'sel: { caller.lists|startswith: bad- }\ncondition: sel';
    expect(lack(detection, able([], ['good']))).toBe('needs an IP list (--ip-list NAME=FILE)');
    expect(lack(detection, able([], ['bad-hosts']))).toBeUndefined();
    expect(lack('sel: { "caller.lists[any]": tor }\ncondition: sel')).toBe(
      'needs an IP list (--ip-list NAME=FILE)',
    );
  });

  it('in an exception runs without', () => {
    for (const exception of ['{ caller.lists: office }', '{ caller.lists|exists: true }'])
      expect(lack(`sel: { verb: get }\nours: ${exception}\ncondition: sel and not ours`)).toBeUndefined();
    const outside = 'sel: { verb: get, caller.lists: null }\ncondition: sel';
    expect(lack(outside)).toBeUndefined();
    expect(lack(outside, able([], ['tor']))).toBeUndefined();
  });
});

describe('a rule that asks for several', () => {
  it('names what alone would do, else all', () => {
    const either =
      'listed: { caller.lists: tor }\nhidden: { caller.anonymizers: tor }\ncondition: listed or hidden';
    expect(lack(either)).toBe(
      'needs the IP list tor (--ip-list tor=FILE) or an anonymiser database (--mmdb FILE)',
    );
    expect(lack(either, able(['anonymizers']))).toBeUndefined();
    const both = 'sel: { caller.lists: tor, caller.country: SE }\ncondition: sel';
    expect(lack(both)).toBe(
      'needs the IP list tor (--ip-list tor=FILE) and a country database (--mmdb FILE)',
    );
    expect(lack(both, able(['country']))).toBe('needs the IP list tor (--ip-list tor=FILE)');
  });
});

describe('a rule that names an empty list', () => {
  it('does not run, wherever it names it', () => {
    const reason =
      'the list empty is empty: fill tuning.lists.empty in klaxon.config.yaml, or lists/empty.yml in a folder of --rules';
    const named = "one: { verb: get }\ntwo: { user.username|expand: '%empty%' }\n";
    for (const condition of ['two', 'one and not two', 'one or two'])
      expect(lack(`${named}condition: ${condition}`)).toBe(reason);
    expect(lack("sel: { user.username|expand: '%full%' }\ncondition: sel")).toBeUndefined();
  });

  it('makes every rule inactive that names it, those that ask the same question as another as well', () => {
    const rule = (title: string) =>
      file(
        `title: ${title}\nlogsource: { product: kubernetes }\ndetection: { sel: { user.username|expand: '%empty%' }, condition: sel }`,
      );
    const { rules } = ruleSetOf([rule('one'), rule('two')], new Map([['empty', []]]));
    expect(withoutInactive(rules, noAbilities).inactive.map(({ rule: { title } }) => title)).toEqual([
      'one',
      'two',
    ]);
  });

  it('is at fault where it is a filter, for it would silence or let through whatever it is for', () => {
    const filter =
      "title: f\nlogsource: { product: kubernetes }\nfilter:\n  rules: any\n  sel: { user.username|expand: '%empty%' }\n  condition: sel";
    const set = ruleSetOf(
      [file(ruleText('s: { verb: get }\ncondition: s')), file(filter)],
      new Map([['empty', []]]),
    );
    expect(set.problems.map(({ message }) => message)).toEqual(['the list "empty" is empty']);
    expect(set.rules[0]?.filters).toBeUndefined();
  });
});

describe('a correlation', () => {
  const rule = (name: string, sel: string) =>
    file(
      `title: ${name}\nname: ${name}\nlogsource: { product: kubernetes, service: audit }\ndetection: { sel: { ${sel} }, condition: sel }`,
      `${name}.yml`,
    );
  const correlation = (name: string, type: string, rules: string, more = '') =>
    file(
      `title: ${name}\nname: ${name}\ncorrelation:\n  type: ${type}\n  rules: [${rules}]\n  group-by: [actor.name]\n  timespan: 1h\n${more}`,
      `${name}.yml`,
    );
  const inactive = (...files: Parameters<typeof ruleSetOf>[0]) => {
    const { rules, problems } = ruleSetOf(files, new Map());
    expect(problems).toEqual([]);
    return withoutInactive(rules, noAbilities).inactive.map((one) => `${one.rule.id}: ${one.reason}`);
  };
  const plain = rule('plain', 'verb: get');
  const abroad = rule('abroad', 'caller.country: SE');
  const lacking = 'abroad: needs a country database (--mmdb FILE)';
  const count = '  condition: { gte: 3 }\n';

  it('of rules that must all hold is inactive with any of them', () => {
    expect(inactive(plain, abroad, correlation('both', 'temporal', 'plain, abroad'))).toEqual([
      lacking,
      `both: hears of ${lacking}`,
    ]);
  });

  it('of rules that are counted together is inactive with all of them', () => {
    expect(inactive(plain, abroad, correlation('some', 'event_count', 'plain, abroad', count))).toEqual([
      lacking,
    ]);
    expect(inactive(abroad, correlation('many', 'event_count', 'abroad', count))).toEqual([
      lacking,
      `many: hears of ${lacking}`,
    ]);
  });

  it('is inactive with one that it hears of, whichever comes first', () => {
    const above = correlation('above', 'temporal', 'plain, many');
    expect(inactive(above, plain, correlation('many', 'event_count', 'abroad', count), abroad)).toEqual([
      `above: hears of many: hears of ${lacking}`,
      `many: hears of ${lacking}`,
      lacking,
    ]);
  });
});

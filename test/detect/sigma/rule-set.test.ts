/** Several files: filters, references, names that stand twice, and lists. */
import { describe, expect, it } from 'vitest';
import { placeholdersOf, ruleSetOf } from '../../../shared/detect/sigma/rule-set.ts';
import { yamlOf } from '../../../shared/schema/yaml.ts';
import { auditEvent } from '../events.ts';
import { file, firedBy } from './loading.ts';

const ruleText = (title: string, logsource = 'product: kubernetes, service: audit', more = '') =>
  `title: ${title}\n${more}logsource: { ${logsource} }\ndetection: { sel: { f: x }, condition: sel }`;
const rule = (title: string, logsource?: string, more?: string) =>
  file(ruleText(title, logsource, more), `rules/${title}.yml`);
const filter = (rules: string, detection: string, logsource = 'product: kubernetes') =>
  file(
    `title: a filter\nlogsource: { ${logsource} }\nfilter:\n  rules: ${rules}\n${detection
      .split('\n')
      .map((line) => `  ${line}`)
      .join('\n')}`,
    'filters/f.yml',
  );
const excludes = 'selection: { user.username: admin }\ncondition: not selection';
const sets = (...files: Parameters<typeof ruleSetOf>[0]) => ruleSetOf(files, new Map());
const byAdmin = auditEvent({ f: 'x', user: { username: 'admin' } });
const byBob = auditEvent({ f: 'x', user: { username: 'bob' } });

describe('a filter', () => {
  it('is added to the rules that it names, by id, name or title', () => {
    const id = '5013332f-8a70-4e04-bcc1-06a98a2cca2e';
    const rules = [
      rule('one', undefined, `id: ${id}\n`),
      rule('two', undefined, 'name: second\n'),
      rule('three'),
    ];
    const fired = (names: string) => firedBy(sets(...rules, filter(names, excludes)), byAdmin);
    expect(fired(`[${id.toUpperCase()}]`)).toEqual(['two', 'three']);
    expect(fired('[second]')).toEqual(['one', 'three']);
    expect(fired('three')).toEqual(['one', 'two']);
    expect(fired('any')).toEqual([]);
    expect(fired('ANY')).toEqual([]);
    expect(firedBy(sets(...rules, filter('any', excludes)), byBob)).toEqual(['one', 'two', 'three']);
  });

  it('applies only where its log source contains the one of the rule', () => {
    const fired = (source: string, of = 'product: kubernetes, service: audit') =>
      firedBy(sets(rule('one', of), filter('any', excludes, source)), byAdmin);
    expect(fired('product: kubernetes')).toEqual([]);
    expect(fired('product: KUBERNETES')).toEqual([]);
    expect(fired('product: kubernetes, service: audit')).toEqual([]);
    expect(fired('product: aws')).toEqual(['one']);
    expect(fired('category: application')).toEqual(['one']);
    expect(fired('product: kubernetes, service: audit', 'product: kubernetes')).toEqual(['one']);
  });

  it('has identifiers of its own', () => {
    const own = 'sel: { user.username: admin }\nother: { g: 1 }\ncondition: not 1 of them';
    expect(firedBy(sets(rule('one'), filter('any', own)), byAdmin)).toEqual([]);
    expect(firedBy(sets(rule('one'), filter('any', own)), byBob)).toEqual(['one']);
  });

  it('is met together with every other', () => {
    const more = 'selection: { user.username: bob }\ncondition: not selection';
    const set = sets(rule('one'), filter('any', excludes), filter('one', more));
    expect(firedBy(set, byAdmin)).toEqual([]);
    expect(firedBy(set, byBob)).toEqual([]);
    expect(firedBy(set, auditEvent({ f: 'x' }))).toEqual(['one']);
  });

  it('is refused without rules, and with an empty list of them', () => {
    for (const rules of ['[]', 'null', '5', '[1]', '{ a: b }'])
      expect(sets(filter(rules, excludes)).problems.map(({ message }) => message)).toEqual([
        'expected the ids or names of rules, or "any"',
      ]);
    const { problems } = sets(file('title: f\nlogsource: { product: kubernetes }\nfilter: text'));
    expect(problems.map(({ message }) => message)).toEqual([
      'expected a map of rules, search identifiers and a condition',
    ]);
  });

  it('is remarked where it names a rule that is not there', () => {
    const { warnings, problems } = sets(rule('one'), filter('[one, nobody]', excludes));
    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      { path: 'filters/f.yml', line: 4, column: 3, message: 'no rule is named "nobody"' },
    ]);
  });

  it('takes nothing from a rule where it has a fault', () => {
    const set = sets(rule('one'), filter('any', 'selection: { f|like: x }\ncondition: selection'));
    expect(set.rules).toHaveLength(1);
    expect(set.problems).toHaveLength(1);
  });
});

describe('a rule set', () => {
  it('keeps the first of two rules with one id or one name, and says where it stands', () => {
    const id = 'id: 5013332f-8a70-4e04-bcc1-06a98a2cca2e\n';
    const twice = sets(
      rule('one', undefined, id),
      rule('two', undefined, id.toUpperCase().replace('ID', 'id')),
    );
    expect(twice.rules.map(({ title }) => title)).toEqual(['one']);
    expect(twice.problems[0]?.message).toContain('is already defined at rules/one.yml:1');
    const named = sets(
      rule('one', undefined, `name: a\n${id}`),
      rule('two', undefined, `name: a\n${id.replace('2e', '2f')}`),
    );
    expect(named.problems).toHaveLength(1);
  });

  it('gives the other documents of a file of which one is at fault', () => {
    const text = `${ruleText('one')}\n---\ntitle: two\n---\n${ruleText('three')}`;
    const set = sets(file(text));
    expect(set.rules.map(({ title }) => title)).toEqual(['one', 'three']);
    expect(set.problems.every(({ line }) => line === 5)).toBe(true);
  });

  it('leaves an unsupported rule out, in whatever case it says so', () => {
    for (const status of ['unsupported', 'Unsupported']) {
      const set = sets(rule('one', undefined, `status: ${status}\n`));
      expect(set.rules).toEqual([]);
      expect(set.problems).toEqual([]);
      expect(set.warnings.map(({ message }) => message)).toEqual(['an unsupported rule is not run']);
    }
  });
});

describe('lists', () => {
  const lists = (text: string, path = 'rules/lists/users.yml') => placeholdersOf([yamlOf(path, text)]);

  it('are known by the name of their file', () => {
    expect([...lists('- a\n- b*\n').placeholders]).toEqual([['users', ['a', 'b*']]]);
    expect([...lists('[a]', 'users.yaml').placeholders.keys()]).toEqual(['users']);
    const both = placeholdersOf([yamlOf('a/users.yml', '[a]'), yamlOf('b/users.yml', '[b]')]);
    expect([...both.placeholders]).toEqual([['users', ['a', 'b']]]);
  });

  it('hold texts, or nothing yet', () => {
    expect([...lists('[]').placeholders]).toEqual([['users', []]]);
    for (const text of ['[1]', 'a: b', 'text', 'null', '[[a]]'])
      expect(lists(text).problems.map(({ message }) => message)).toEqual(['expected a list of texts']);
  });
});

/** Exceptions leave out what they name. */
import { describe, expect, it } from 'vitest';
import { fires, problemsOf, ruleFrom, ruleWith } from './invented-rules.ts';

const withException = (text: string): string =>
  ruleWith('ka.verb = create', `  exceptions:\n    - ${text.replaceAll('\n', '\n      ')}\n`);

const append = (text: string): string =>
  `- rule: Invented\n  exceptions:\n    - ${text.replaceAll('\n', '\n      ')}\n  override: { exceptions: append }\n`;

const as = (username: string, namespace = 'shop') => ({
  user: { username },
  objectRef: { resource: 'pods', namespace },
});

describe('an exception', () => {
  it('of one field names its values in a list', () => {
    const rule = ruleFrom(withException('name: people\nfields: ka.user.name\nvalues: [ana, the admin]'));
    expect(fires(rule, as('ana'))).toBe(false);
    expect(fires(rule, as('the admin'))).toBe(false);
    expect(fires(rule, as('eve'))).toBe(true);
  });

  it('of several fields names rows, all of whose fields have to agree', () => {
    const rule = ruleFrom(
      withException(
        'name: pairs\nfields: [ka.user.name, ka.target.namespace]\ncomps: [startswith, in]\nvalues:\n  - [ana, [shop, bank]]\n  - [bot, lab]',
      ),
    );
    expect(fires(rule, as('ana-2', 'bank'))).toBe(false);
    expect(fires(rule, as('ana-2', 'lab'))).toBe(true);
    expect(fires(rule, as('bot', 'lab'))).toBe(false);
  });

  it('binds the whole condition, whatever it is made of', () => {
    const text = withException('name: people\nfields: ka.user.name\nvalues: [ana]');
    const rule = ruleFrom(text.replace('ka.verb = create', 'ka.verb = create or ka.verb = get'));
    expect(fires(rule, as('ana'))).toBe(false);
  });

  it('may name a list', () => {
    const list = '- list: admins\n  items: [ana, bea]\n';
    const rows = withException('name: people\nfields: [ka.user.name]\ncomps: [in]\nvalues:\n  - [admins]');
    expect(fires(ruleFrom(list, rows), as('bea'))).toBe(false);
  });

  it('without values leaves nothing out until values are added', () => {
    const empty = withException('name: people\nfields: ka.user.name');
    expect(fires(ruleFrom(empty), as('ana'))).toBe(true);
    expect(fires(ruleFrom(empty, append('name: people\nvalues: [ana]')), as('ana'))).toBe(false);
  });

  it('may be added under a new name', () => {
    const more = append(
      'name: places\nfields: [ka.target.namespace]\ncomps: [endswith]\nvalues:\n  - [-lab]',
    );
    const rule = ruleFrom(withException('name: people\nfields: ka.user.name\nvalues: [ana]'), more);
    expect(fires(rule, as('eve', 'x-lab'))).toBe(false);
    expect(fires(rule, as('ana'))).toBe(false);
    expect(fires(rule, as('eve'))).toBe(true);
  });

  it.each([
    ['fields: ka.user.name', 'an exception with a name'],
    ['name: a', 'has no fields'],
    ['name: a\nfields: ka.user.name\ncomps: startswith', 'in, pmatch or intersects'],
    ['name: a\nfields: [ka.user.name]\ncomps: [in, in]', 'as many operators'],
    ['name: a\nfields: [ka.user.name]\ncomps: [like]', '"like" is no operator'],
    ['name: a\nfields: [ka.user.name]\nvalues: [ana]', 'a list of 1 values'],
    ['name: a\nfields: [ka.user.name]\nvalues: [[a, b]]', 'a list of 1 values'],
    ['name: a\nfields: ka.user.name\nvalues: [[a]]', 'have to be texts'],
    ['name: a\nfields: ka.user.nom\nvalues: [a]', '"ka.user.nom" is not one'],
  ])('%j is refused', (text, message) => {
    expect(problemsOf(withException(text))).toEqual([expect.stringContaining(message)]);
  });

  it.each([
    ['name: people\nfields: ka.user.name\nvalues: [a]', 'only values can be added'],
    ['name: people', 'has no values'],
    ['name: other\nfields: ka.user.name', 'has no values'],
  ])('cannot be changed by %j', (text, message) => {
    const base = withException('name: people\nfields: ka.user.name\nvalues: [ana]');
    expect(problemsOf(base, append(text))).toEqual([expect.stringContaining(message)]);
  });
});

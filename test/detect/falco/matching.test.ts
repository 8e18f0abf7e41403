/** Of the Falco rules that hold for an event, the first one hides the others, and no rule of another language. */
import { describe, expect, it } from 'vitest';
import { createDetector } from '../../../shared/detect/detect.ts';
import type { Rule } from '../../../shared/detect/rule.ts';
import { eventFrom, loaded, ruleWith } from './invented-rules.ts';

const named = (name: string, condition: string): string => ruleWith(condition).replace('Invented', name);

const { rules } = loaded(
  named('never', 'ka.verb = get'),
  named('one', 'ka.verb = create'),
  named('two', 'ka.target.resource = pods'),
);
const [first] = rules;
const others: readonly Rule[] = first
  ? [
      { ...first, id: 'sigma', source: 'sigma', expression: { kind: 'constant', value: true } },
      { ...first, id: 'builtin', source: 'builtin', expression: { kind: 'constant', value: true } },
    ]
  : [];

const found = (firstOf?: 'falco', verb = 'create'): readonly string[] =>
  createDetector([...rules, ...others], { firstOf })
    .findingsFor(eventFrom({ verb }))
    .map(({ rule }) => rule.id);

describe('matching', () => {
  it('first finds the first rule of Falco that holds, in the order of definition', () => {
    expect(found('falco')).toEqual(['one', 'sigma', 'builtin']);
    expect(found('falco', 'list')).toEqual(['two', 'sigma', 'builtin']);
  });

  it('all finds every rule that holds', () => {
    expect(found()).toEqual(['one', 'two', 'sigma', 'builtin']);
  });

  it('starts anew with every event', () => {
    const detector = createDetector(rules, { firstOf: 'falco' });
    const counts = [1, 2, 3].map(() => detector.findingsFor(eventFrom()).length);
    expect(counts).toEqual([1, 1, 1]);
  });
});

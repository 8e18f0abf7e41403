/** Rules in, twice as many out. */
import type { Correlation, Input } from '../shared/detect/correlation/correlation.ts';
import { type Expression, testOf } from '../shared/detect/expression.ts';
import type { Rule } from '../shared/detect/rule.ts';

/** The same rules again under other names, sharing no test with the first: what twice as many rules would cost. */
export const doubled = (rules: readonly Rule[]): readonly Rule[] => [
  ...rules,
  ...rules.map((rule) => ({
    ...rule,
    id: `${rule.id}-again`,
    expression: renamed(rule.expression),
    correlation: rule.correlation && withInputsAgain(rule.correlation),
  })),
];

const withInputsAgain = (correlation: Correlation): Correlation => {
  const again = (inputs: readonly Input[]): readonly Input[] =>
    inputs.map((input) => ({ ...input, rule: `${input.rule}-again` }));
  return correlation.type === 'absence'
    ? { ...correlation, inputs: again(correlation.inputs), while: again(correlation.while) }
    : { ...correlation, inputs: again(correlation.inputs) };
};

const renamed = (expression: Expression): Expression => {
  if (expression.kind === 'constant') return expression;
  if (expression.kind === 'test') return testOf({ ...expression.test, key: `again ${expression.test.key}` });
  if (expression.kind === 'not') return { kind: 'not', of: renamed(expression.of) };
  return { kind: expression.kind, of: expression.of.map(renamed) };
};

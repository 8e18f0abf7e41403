/** What a Falco condition says, once it is read: and, or, not over checks of fields and names of macros. */

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'macro'; readonly name: string }
  | Check;

/** One comparison: an operand, an operator, and what it is compared with. */
export interface Check {
  readonly kind: 'check';
  readonly operand: Operand;
  readonly operator: Operator;
  /** How many of the values have to agree; undefined where the operator decides. */
  readonly quantity?: Quantity | undefined;
  readonly values: readonly string[];
  /** Compared with this instead of `values`. */
  readonly other?: Operand | undefined;
}

export type Operand =
  | { readonly kind: 'field'; readonly name: string; readonly argument?: string | undefined }
  | { readonly kind: 'call'; readonly name: string; readonly of: readonly Operand[] }
  | { readonly kind: 'literal'; readonly text: string };

export const orderOperators = ['<=', '<', '>=', '>'] as const;
export const textOperators = [
  '==',
  '=',
  '!=',
  'glob',
  'iglob',
  'contains',
  'icontains',
  'bcontains',
  'startswith',
  'bstartswith',
  'endswith',
  'regex',
] as const;
export const listOperators = ['intersects', 'in', 'pmatch'] as const;
export const quantities = ['oneof', 'anyof', 'allof'] as const;

export type Quantity = (typeof quantities)[number];
export type Operator =
  | 'exists'
  | (typeof orderOperators)[number]
  | (typeof textOperators)[number]
  | (typeof listOperators)[number];

export const isListOperator = (operator: string): boolean =>
  (listOperators as readonly string[]).includes(operator);

/** A condition that cannot be used, or that would take too much to use. */
export class ConditionError extends Error {
  /** The condition names a field that events of this source do not have. */
  readonly isUnknownField: boolean;

  constructor(message: string, isUnknownField = false) {
    super(message);
    this.name = 'ConditionError';
    this.isUnknownField = isUnknownField;
  }
}

/** Bounds the work that a set of rule files can ask for, however its lists and macros multiply. */
export interface Budget {
  /** @throws ConditionError where nothing is left. */
  readonly spend: (amount: number) => void;
}

export const budgetOf = (amount: number): Budget => {
  let left = amount;
  return {
    spend: (spent) => {
      left -= spent;
      if (left < 0)
        throw new ConditionError('lists and macros grow past what is read when they are expanded');
    },
  };
};

/** Cases in which Falco's own suite and the rules as we run them differ on purpose, each argued. */

export interface Difference {
  readonly test: string;
  readonly rule: string;
  readonly reason: string;
}

export const differences: readonly Difference[] = [];

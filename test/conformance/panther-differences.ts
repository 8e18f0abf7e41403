/** Cases in which our rules differ from Panther's on purpose; docs/conformance.md argues each. */

export interface Difference {
  readonly rule: string;
  readonly test: string;
  readonly reason: string;
}

export const differences: readonly Difference[] = [];

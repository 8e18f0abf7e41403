/** The closed family of failures that cross a boundary: what went wrong, where, and whether trying again can help. */

export type ErrorCode = 'delivery' | 'rule' | 'settings' | 'source' | 'state' | 'archive' | 'alert';

export interface ErrorDetails {
  readonly cause?: unknown;
  /** Whether the same call may succeed later; a caller that can wait should. */
  readonly retryable?: boolean;
}

export class KlaxonError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = 'KlaxonError';
    this.code = code;
    this.retryable = details.retryable ?? false;
  }
}

/** A whole delivery that cannot be opened: not base64, not gzip, over its limit. */
export class DeliveryError extends KlaxonError {
  readonly reason: 'too-large' | 'not-gzip';

  constructor(reason: DeliveryError['reason'], message: string, details?: ErrorDetails) {
    super('delivery', message, details);
    this.name = 'DeliveryError';
    this.reason = reason;
  }
}

/** Where in a text a fault lies; `line` and `column` count from 1. */
export interface TextPosition {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** One fault in a file of rules or settings. */
export interface RuleProblem extends TextPosition {
  readonly message: string;
}

/** A rule file that cannot be used; it carries every fault that was found, not only the first. */
export class RuleError extends KlaxonError {
  readonly problems: readonly RuleProblem[];

  constructor(problems: readonly RuleProblem[]) {
    super('rule', problems.map((problem) => `${positionText(problem)}: ${problem.message}`).join('\n'));
    this.name = 'RuleError';
    this.problems = problems;
  }
}

/** A settings file that cannot be used; it carries every fault that was found, not only the first. */
export class SettingsError extends KlaxonError {
  readonly problems: readonly RuleProblem[];

  constructor(problems: readonly RuleProblem[]) {
    super('settings', problems.map((problem) => `${positionText(problem)}: ${problem.message}`).join('\n'));
    this.name = 'SettingsError';
    this.problems = problems;
  }
}

export const positionText = (position: TextPosition): string =>
  `${position.path}:${position.line}:${position.column}`;

/** The message of anything that was thrown. */
export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown);

/** A rule as the engine runs it, whatever language it was written in. */
import type { TextPosition } from '../errors.ts';
import type { AuditEvent } from '../schema/audit-event.ts';
import { type Severity, severityRank } from '../schema/severity.ts';
import type { Correlation } from './correlation/correlation.ts';
import type { Expression } from './expression.ts';

/** Worst first, then by id. */
export const bySeverity = (left: Rule, right: Rule): number =>
  severityRank(right.severity) - severityRank(left.severity) || (left.id < right.id ? -1 : 1);

export type RuleSource = 'builtin' | 'sigma' | 'falco';

/** Which events a rule is for. A key that is absent does not restrict. Values are lower case. */
export interface LogSource {
  readonly category?: string | undefined;
  readonly product?: string | undefined;
  readonly service?: string | undefined;
}

/** On a match, the first case whose condition holds replaces the rule's severity. */
export interface SeverityCase {
  readonly when: Expression;
  readonly severity: Severity;
}

export interface Rule {
  /** A built-in rule's slug, a brought Sigma rule's id (else its name or title), a Falco rule's name. */
  readonly id: string;
  readonly title: string;
  /** Every name that a filter may call it by. */
  readonly names: readonly string[];
  readonly source: RuleSource;
  readonly severity: Severity;
  readonly severityCases: readonly SeverityCase[];
  readonly logSource: LogSource;
  /** Holds for no event where the rule is a correlation. */
  readonly expression: Expression;
  /** The rule looks at findings of other rules, not at events. */
  readonly correlation?: Correlation | undefined;
  /** It raises no alert of its own: only correlations hear of it. */
  readonly isSilent?: boolean | undefined;
  /** What the rule says of an event in its own words; undefined where its language has none. */
  readonly messageOf?: ((event: AuditEvent) => string) | undefined;
  readonly description: string;
  /** Sigma tags, such as `attack.t1609`. */
  readonly tags: readonly string[];
  readonly falsePositives: readonly string[];
  readonly references: readonly string[];
  /** What the rule cannot see. */
  readonly misses?: string | undefined;
  /** What to do next, in order. */
  readonly respond: readonly string[];
  readonly suppress: Suppression;
  /** It gave way to another rule: it runs only where it is asked for by its id. */
  readonly isDeprecated?: boolean | undefined;
  /** ATT&CK tactic folder of a built-in rule. */
  readonly tactic?: string | undefined;
  /** Ids of the catalogue that this rule covers, its own first. */
  readonly covers: readonly string[];
  readonly position: TextPosition;
  /** Lists it names that hold no value: what it says of them cannot be meant. */
  readonly emptyLists?: readonly string[] | undefined;
  /** Where the filters stand whose conditions were added to its own. */
  readonly filters?: readonly TextPosition[] | undefined;
}

/** Matches that agree in these fields within this time are one alert. */
export interface Suppression {
  readonly by: readonly string[];
  readonly forSeconds: number;
}

export const defaultSuppression: Suppression = {
  by: ['origin.cluster', 'actor.name', 'target.namespace'],
  forSeconds: 3600,
};

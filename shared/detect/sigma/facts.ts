/** What a Sigma document says about itself in, the part of a rule that does not depend on what it looks for, out. */
import { type JsonObject, someTextOf, textOf, textsOf } from '../../schema/json.ts';
import { type Severity, severities } from '../../schema/severity.ts';
import type { YamlFile } from '../../schema/yaml.ts';
import type { Rule, RuleSource } from '../rule.ts';
import type { SigmaDocument } from './document.ts';

export interface RuleFile extends YamlFile {
  readonly source: Exclude<RuleSource, 'falco'>;
  /** It was read before, and had no fault: its regular expressions are read when they are first asked. */
  readonly isChecked?: boolean | undefined;
}

export type Facts = Pick<
  Rule,
  | 'id'
  | 'title'
  | 'names'
  | 'source'
  | 'severity'
  | 'description'
  | 'tags'
  | 'falsePositives'
  | 'references'
  | 'tactic'
  | 'isDeprecated'
  | 'isSilent'
  | 'position'
>;

/** Sigma lets `level` out. */
const fallbackSeverity: Severity = 'medium';

export const factsOf = ({ body, yaml }: SigmaDocument, file: RuleFile): Facts => {
  const level = textOf(body.level)?.toLowerCase();
  return {
    id: idOf(body, file),
    title: textOf(body.title) ?? '',
    names: [textOf(body.name), textOf(body.id)].filter((name) => name !== undefined),
    source: file.source,
    severity: severities.find((severity) => severity === level) ?? fallbackSeverity,
    description: textOf(body.description) ?? '',
    tags: textsOf(body.tags),
    falsePositives: textsOf(body.falsepositives),
    references: textsOf(body.references),
    tactic: file.source === 'builtin' ? file.path.split('/').at(-2) : undefined,
    isDeprecated: body.status === 'deprecated',
    isSilent: isPart(body, yaml.positionOf([]).line, file) || undefined,
    position: yaml.positionOf([]),
  };
};

/** Of our own files: what stands below another document and has no level is a part of that one, and raises no alert. */
const isPart = (body: JsonObject, line: number, { source }: RuleFile): boolean =>
  source === 'builtin' && line > 1 && body.level === undefined;

const idOf = (body: JsonObject, { source }: RuleFile): string => {
  const title = textOf(body.title) ?? '';
  const name = someTextOf(body.name);
  return source === 'builtin' ? (name ?? title) : (someTextOf(body.id) ?? name ?? title);
};

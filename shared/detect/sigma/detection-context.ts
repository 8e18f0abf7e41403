/** A document in; what its detection may name and use, out. */
import { aliasOf } from '../log-source.ts';
import type { LogSource } from '../rule.ts';
import { newBudget } from './budget.ts';
import type { DetectionContext } from './detection.ts';
import type { SigmaDocument } from './document.ts';
import type { ItemContext } from './item.ts';
import type { ListValues } from './placeholder.ts';
import type { Problems } from './problems.ts';

/** What documents that are read together have together. */
export type CommonContext = Pick<ItemContext, 'shared' | 'regex'>;

export const contextOf = (
  document: SigmaDocument,
  logSource: LogSource,
  placeholders: ListValues,
  problems: Problems,
  common: CommonContext,
): DetectionContext => ({
  placeholders,
  problems,
  budget: newBudget(),
  ...common,
  brackets: isBracketVersion(document, problems),
  alias: (field) => aliasOf(logSource, field),
});

/** Bracket selectors belong to Sigma 3; a later major is refused, for it may mean something else. */
const isBracketVersion = (document: SigmaDocument, problems: Problems): boolean => {
  const version = document.body['sigma-version'];
  if (version === undefined || version === null) return false;
  const major = /^v?(\d+)/.exec(String(version))?.[1];
  if (major === undefined) problems.add(['sigma-version'], `"${String(version)}" is no version`);
  else if (Number(major) > 3)
    problems.add(['sigma-version'], `Sigma ${major} is not known; versions 2 and 3 are`);
  return major === '3';
};

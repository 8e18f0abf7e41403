/** The `klaxon` block of a rule in (what Sigma has no word for), the rule's parts that it gives out. */
import { isObject, type JsonObject, type JsonValue, textOf, textsOf } from '../../schema/json.ts';
import { severities } from '../../schema/severity.ts';
import type { Rule, SeverityCase, Suppression } from '../rule.ts';
import type { Detection } from './detection.ts';
import { secondsOf } from './duration.ts';
import type { Problems } from './problems.ts';

type KlaxonParts = Pick<Rule, 'suppress' | 'misses' | 'respond' | 'covers' | 'severityCases'>;

const knownKeys = new Set(['suppress', 'misses', 'respond', 'covers', 'severity']);

/** A correlation has no search identifiers, and so no cases of severity; what it suppresses is its own. */
export const klaxonOf = (
  body: JsonObject,
  detection: Detection | undefined,
  usual: Suppression,
  problems: Problems,
): KlaxonParts => {
  const block = isObject(body.klaxon) ? body.klaxon : {};
  if (body.klaxon !== undefined && !isObject(body.klaxon)) problems.add(['klaxon'], 'expected a map');
  for (const key of Object.keys(block)) {
    if (!knownKeys.has(key))
      problems.add(['klaxon', key], `unknown key; known are ${[...knownKeys].join(', ')}`);
  }
  return {
    suppress: suppressOf(block.suppress, usual, problems),
    misses: textOf(block.misses),
    respond: textsOf(block.respond),
    covers: textsOf(block.covers),
    severityCases: casesOf(block.severity, detection, problems),
  };
};

const suppressOf = (value: JsonValue | undefined, usual: Suppression, problems: Problems): Suppression => {
  if (value === undefined) return usual;
  const block = isObject(value) ? value : {};
  const by = block.by === undefined ? usual.by : textsOf(block.by);
  const seconds = block.for === undefined ? usual.forSeconds : secondsOf(String(block.for));
  if (block.by !== undefined && by.length === 0)
    problems.add(['klaxon', 'suppress', 'by'], 'expected a list of field names');
  if (seconds === undefined) problems.add(['klaxon', 'suppress', 'for'], 'expected a time such as 30m or 1h');
  return { by, forSeconds: seconds ?? usual.forSeconds };
};

/** `severity: [{ when: <condition over the rule's own identifiers>, level: high }]`, the first that holds counts. */
const casesOf = (
  value: JsonValue | undefined,
  detection: Detection | undefined,
  problems: Problems,
): readonly SeverityCase[] => {
  if (value === undefined) return [];
  const path = ['klaxon', 'severity'];
  if (!detection) {
    problems.add(path, 'a correlation has one severity: its level');
    return [];
  }
  if (!Array.isArray(value)) {
    problems.add(path, 'expected a list of {when, level}');
    return [];
  }
  return value.flatMap((item: JsonValue, at): readonly SeverityCase[] => {
    const severity = isObject(item) ? severities.find((word) => word === item.level) : undefined;
    const when = isObject(item) ? textOf(item.when) : undefined;
    if (severity === undefined || when === undefined) {
      problems.add([...path, at], `expected {when, level} with a level of ${severities.join(', ')}`);
      return [];
    }
    return [{ when: detection.condition(when, [...path, at, 'when']), severity }];
  });
};

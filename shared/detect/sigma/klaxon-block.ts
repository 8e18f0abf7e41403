/** The `klaxon` block of a rule in (what Sigma has no word for), the rule's parts that it gives out. */
import { isObject, type JsonObject, type JsonValue, textOf, textsOf } from '../../schema/json.ts';
import { severities } from '../../schema/severity.ts';
import { defaultSuppression, type Rule, type SeverityCase, type Suppression } from '../rule.ts';
import type { Detection } from './detection.ts';
import type { Problems } from './problems.ts';

type KlaxonParts = Pick<Rule, 'suppress' | 'misses' | 'respond' | 'covers' | 'severityCases' | 'names'>;

const knownKeys = new Set(['suppress', 'misses', 'respond', 'covers', 'severity']);

export const klaxonOf = (body: JsonObject, detection: Detection, problems: Problems): KlaxonParts => {
  const block = isObject(body.klaxon) ? body.klaxon : {};
  if (body.klaxon !== undefined && !isObject(body.klaxon)) problems.add(['klaxon'], 'expected a map');
  for (const key of Object.keys(block)) {
    if (!knownKeys.has(key))
      problems.add(['klaxon', key], `unknown key; known are ${[...knownKeys].join(', ')}`);
  }
  return {
    suppress: suppressOf(block.suppress, problems),
    misses: textOf(block.misses),
    respond: textsOf(block.respond),
    covers: textsOf(block.covers),
    severityCases: casesOf(block.severity, detection, problems),
    names: [textOf(body.name), textOf(body.id)].filter((name) => name !== undefined),
  };
};

const durationForm = /^(\d+)([smhdw])$/;
const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** `90m`, `1h`, `7d`: a positive whole number and one unit. */
export const secondsOf = (text: string): number | undefined => {
  const match = durationForm.exec(text);
  const seconds = match ? Number(match[1]) * (unitSeconds[match[2] ?? ''] ?? 0) : 0;
  return seconds > 0 && Number.isSafeInteger(seconds) ? seconds : undefined;
};

const suppressOf = (value: JsonValue | undefined, problems: Problems): Suppression => {
  if (value === undefined) return defaultSuppression;
  const block = isObject(value) ? value : {};
  const by = block.by === undefined ? defaultSuppression.by : textsOf(block.by);
  const seconds = block.for === undefined ? defaultSuppression.forSeconds : secondsOf(String(block.for));
  if (by.length === 0) problems.add(['klaxon', 'suppress', 'by'], 'expected a list of field names');
  if (seconds === undefined) problems.add(['klaxon', 'suppress', 'for'], 'expected a time such as 30m or 1h');
  return { by, forSeconds: seconds ?? defaultSuppression.forSeconds };
};

/** `severity: [{ when: <condition over the rule's own identifiers>, level: high }]`, the first that holds counts. */
const casesOf = (
  value: JsonValue | undefined,
  detection: Detection,
  problems: Problems,
): readonly SeverityCase[] => {
  if (value === undefined) return [];
  const path = ['klaxon', 'severity'];
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

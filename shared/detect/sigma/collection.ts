/** The documents of a file in, the same with `action: global`, `reset` and `repeat` carried out, out. */

import type { RuleProblem } from '../../errors.ts';
import { isObject, type JsonObject } from '../../schema/json.ts';
import type { YamlDocument } from '../../schema/yaml.ts';
import { kindOf, type SigmaDocument } from './document.ts';
import { Problems } from './problems.ts';

/** Collection actions left the specification with version 2; public rule files still hold a few. */
export const collected = (
  documents: readonly YamlDocument[],
  found: RuleProblem[],
): readonly SigmaDocument[] => {
  const results: SigmaDocument[] = [];
  let template: JsonObject = {};
  let previous: JsonObject = {};
  for (const yaml of documents) {
    const problems = new Problems(yaml);
    const body = yaml.value;
    if (body === null || body === undefined) continue;
    if (!isObject(body)) problems.add([], 'expected a map');
    else if ('action' in body) {
      const { action, ...rest } = body;
      if (action === 'global') template = rest;
      else if (action === 'reset') template = {};
      else if (action === 'repeat') {
        previous = merged(previous, rest);
        results.push({ kind: kindOf(previous), body: previous, yaml });
      } else problems.add(['action'], `unknown collection action "${String(action)}"`);
    } else {
      const kind = kindOf(body);
      previous = kind === 'rule' ? merged(body, template) : body;
      results.push({ kind, body: previous, yaml });
    }
    found.push(...problems.found);
  }
  return results;
};

/** Maps are merged; elsewhere the second wins. Nothing is shared with what is changed later. */
const merged = (base: JsonObject, over: JsonObject): JsonObject => {
  const result = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(over)) {
    const below = result.get(key);
    result.set(key, isObject(below) && isObject(value) ? merged(below, value) : value);
  }
  return Object.fromEntries(result);
};

/** Random small rule sets for property-based tests of the detector. */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Rule } from '../../shared/detect/rule.ts';
import type { RuleFile } from '../../shared/detect/sigma/facts.ts';
import { ruleSetOf } from '../../shared/detect/sigma/rule-set.ts';
import { file } from './sigma/loading.ts';

const fields = [
  'verb',
  'action.verb',
  'objectRef.resource',
  'target.resource',
  'objectRef.subresource',
  'target.subresource',
  'actor.type',
  'outcome.result',
  'outcome.code',
  'outcome.decision',
  'responseStatus.code',
  'annotations.authorization.k8s.io/decision',
  'eventName',
  'eventSource',
  'operationName',
  'protoPayload.methodName',
  'protoPayload.serviceName',
  'user.username',
  'actor.name',
  'userAgent',
  'client.userAgent',
  'objectRef.namespace',
  'target.namespace',
  'actor.impersonates.name',
  'impersonatedUser.username',
  'workload.spec.hostPID',
  'workload.images',
  'workload.kind',
  'rbac.rules.verbs',
  'service.type',
  'webhook.webhooks.external',
  'command.line',
  'caller.public',
  'certificateRequest.signerName',
  'requestObject.spec',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'constructor.name',
];
/** Values that random rules ask for and random events hold. */
export const words = [
  'get',
  'create',
  'patch',
  'pods',
  'services',
  'clusterroles',
  'exec',
  'user',
  'allow',
  'success',
  'a',
  '',
];
const word = fc.constantFrom(...words);

/** One item of a detection, as YAML in flow style. */
const itemOf = (chosen: readonly string[]) =>
  fc
    .tuple(
      fc.constantFrom(...chosen),
      fc.oneof(
        fc.constantFrom('"get"', '"pods"', '"a"', '"exec"').map((value) => ({ modifier: '', value })),
        fc
          .array(word, { minLength: 1, maxLength: 3 })
          .map((list) => ({ modifier: '', value: JSON.stringify(list) })),
        word.map((text) => ({ modifier: '|neq', value: JSON.stringify(text) })),
        word.map((text) => ({ modifier: '|contains', value: JSON.stringify(text) })),
        fc.boolean().map((value) => ({ modifier: '|exists', value: String(value) })),
        fc.constantFrom(200, 403).map((value) => ({ modifier: '', value: String(value) })),
        fc.constantFrom(200, 403).map((value) => ({ modifier: '|gte', value: String(value) })),
        fc.constantFrom('null', '"*"', 'true').map((value) => ({ modifier: '', value })),
        fc.constantFrom(...chosen).map((other) => ({ modifier: '|fieldref', value: other })),
        fc.constantFrom('^a', 'e$', 'get|list').map((value) => ({ modifier: '|re', value: `'${value}'` })),
      ),
    )
    .map(([field, { modifier, value }]) => `"${field}${modifier}": ${value}`);

const identifiers = ['a', 'b', 'constructor', '__proto__'];
const ruleOf = (chosen: readonly string[]) =>
  fc.record({
    maps: fc.array(
      fc.uniqueArray(itemOf(chosen), { minLength: 1, maxLength: 2, selector: (text) => text.split(':')[0] }),
      { minLength: 4, maxLength: 4 },
    ),
    condition: fc.constantFrom(
      'a',
      'a',
      'not a',
      'a and not b',
      'a or b',
      'not a',
      '1 of them',
      'all of them',
      'a and (b or not constructor)',
      '__proto__ or not constructor',
      'not (a or b)',
      'a and b and constructor and not __proto__',
    ),
    when: fc.constantFrom('a', 'b', 'not constructor'),
    source: fc.constantFrom(
      'product: kubernetes',
      'service: audit',
      'category: cloud-api',
      'product: constructor',
    ),
  });

/** The rules of one set ask about the same few fields, so that they often meet in one event. */
export const writtenRules = fc
  .subarray(fields, { minLength: 1, maxLength: 3 })
  .chain((chosen) => fc.array(ruleOf(chosen), { minLength: 1, maxLength: 6 }));

type WrittenRule = ReturnType<typeof ruleOf> extends fc.Arbitrary<infer T> ? T : never;

export const rulesOf = (written: readonly WrittenRule[]): readonly Rule[] => {
  const files: RuleFile[] = written.map(({ maps, condition, when, source }, at) =>
    file(
      [
        `title: r${at}`,
        `logsource: { ${source} }`,
        'detection:',
        ...maps.map((items, place) => `  ${identifiers[place]}: { ${items.join(', ')} }`),
        `  condition: ${condition}`,
        `klaxon: { severity: [{ when: ${when}, level: critical }] }`,
      ].join('\n'),
      `r${at}.yml`,
    ),
  );
  const { rules, problems } = ruleSetOf(files, new Map());
  expect(problems).toEqual([]);
  return rules;
};

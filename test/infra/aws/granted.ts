/** A template in; who may do what to what, as lines that a person can read, out. */
import type { Template } from 'aws-cdk-lib/assertions';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

const listOf = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

export const resourcesIn = (template: Template): Readonly<Record<string, Resource>> =>
  template.toJSON()['Resources'] ?? {};

export const ofType = (template: Template, type: string): readonly Resource[] =>
  Object.values(resourcesIn(template)).filter((resource) => resource.Type === type);

/** A logical id without the digits that the CDK adds. */
export const plainId = (id: string): string => id.replace(/[0-9A-F]{8}$/, '');

/** What a property says, with the names of resources in place of references to them. */
export const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Readonly<Record<string, unknown>>;
  if (typeof Ref === 'string')
    return Ref.startsWith('AWS::') ? Ref.slice('AWS::'.length) : `<${plainId(Ref)}>`;
  if (Array.isArray(attribute)) return `<${plainId(String(attribute[0]))}>`;
  if (Array.isArray(join) && Array.isArray(join[1])) return join[1].map(textOf).join(String(join[0]));
  return JSON.stringify(value);
};

const statementsOf = ({ Properties = {} }: Resource, document: string): readonly Statement[] => {
  const policy = Properties[document] as { readonly Statement: readonly Statement[] } | undefined;
  return policy?.Statement ?? [];
};

/** `Role: action -> resource`, one a line, in order. */
export const rightsIn = (template: Template): readonly string[] =>
  Object.entries(resourcesIn(template))
    .filter(([, { Type }]) => Type === 'AWS::IAM::Policy')
    .flatMap(([id, policy]) =>
      statementsOf(policy, 'PolicyDocument').flatMap(({ Action, Resource: on, Condition }) =>
        listOf(Action).flatMap((action) =>
          listOf(on).map(
            (resource) => `${roleOf(id)}: ${action} -> ${textOf(resource)}${conditionText(Condition)}`,
          ),
        ),
      ),
    )
    .toSorted();

const roleOf = (policyId: string): string => plainId(policyId).replace('DefaultPolicy', '');

const conditionText = (condition: unknown): string =>
  condition === undefined ? '' : ` if ${JSON.stringify(condition)}`;

/** Every statement that allows something, whichever kind of policy it stands in. */
export const allowedIn = (template: Template): readonly (Statement & { readonly id: string })[] =>
  Object.entries(resourcesIn(template)).flatMap(([id, resource]) =>
    ['PolicyDocument', 'KeyPolicy', 'AssumeRolePolicyDocument']
      .flatMap((document) => statementsOf(resource, document))
      .filter(({ Effect }) => Effect === 'Allow')
      .map((statement) => ({ ...statement, id: plainId(id) })),
  );

export const actionsOf = ({ Action }: Statement): readonly string[] => listOf(Action);

/**
 * The source of a published TypeScript binding of a Terraform resource in, the resource's schema out.
 *
 * cdktf writes a class for each resource and for each of its blocks, and above each of their attributes one comment,
 * `name - computed: true, optional: false, required: false`. That comment and the line that gives the type are all that is read.
 */
import type { Attribute, AttributeType, Block, NestedBlock } from './provider-schema.ts';

export interface Binding {
  /** As Terraform names it; undefined for the provider itself. */
  readonly type: string | undefined;
  readonly providerVersion: string | undefined;
  readonly block: Block;
}

/** @throws Error where an attribute has a form that is not known here. */
export const bindingIn = (source: string): Binding => {
  const classes = new Map(
    [...source.matchAll(classForm)].map(([text, name = '']) => [name, { name, text }] as const),
  );
  const main = [...classes.values()].find(({ text }) =>
    /^export class \w+ extends \w+\.Terraform/.test(text),
  );
  if (!main) throw new Error('no class of a resource, of a data source or of a provider');
  return {
    type: /tfResourceType = "(\w+)"/.exec(main.text)?.[1],
    providerVersion: /providerVersion: '([\d.]+)'/.exec(main.text)?.[1],
    block: blockOf(main, classes),
  };
};

const classForm = /^export class (\w+) extends [\s\S]*?^}/gm;

interface Class {
  readonly name: string;
  readonly text: string;
}

type Classes = ReadonlyMap<string, Class>;

/** The comment, and what follows it up to the next. */
const memberForm =
  /^ {2}\/\/ (\w+) - computed: (true|false), optional: (true|false), required: (true|false)$([\s\S]*?)(?=^ {2}\/\/ \w+ - computed:|^ {2}\/\/ =|^})/gm;

interface Member {
  readonly name: string;
  readonly from: Attribute['from'];
  readonly text: string;
}

const membersOf = ({ text: whole }: Class): readonly Member[] =>
  [...whole.matchAll(memberForm)].map(([, name = '', computed, optional, required, text = '']) => ({
    name,
    from: giver(computed === 'true', optional === 'true', required === 'true'),
    text,
  }));

const giver = (computed: boolean, optional: boolean, required: boolean): Attribute['from'] => {
  if (required) return 'required';
  if (!optional) return 'computed';
  return computed ? 'optional or computed' : 'optional';
};

const blockOf = (owner: Class, classes: Classes): Block => {
  const attributes: Record<string, Attribute> = {};
  const blocks: Record<string, NestedBlock> = {};
  for (const { name, from, text } of membersOf(owner)) {
    const nested = nestedIn(text, owner, classes);
    if (unreadForm.test(text)) {
      blocks[name] = { attributes: {}, blocks: {}, nesting: 'list', isRequired: false, isOne: false };
    } else if (nested && !from.includes('computed')) {
      blocks[name] = {
        ...blockOf(nested.of, classes),
        // The SDK of providers nests this one by itself: it is written for every resource.
        nesting: name === 'timeouts' ? 'single' : nested.nesting,
        isRequired: from === 'required',
        isOne: nested.isOne && name !== 'timeouts',
      };
    } else {
      // What a provider may fill in itself is an attribute that can be written like a block.
      const type = nested ? objectsOf(nested, classes) : plainTypeOf(text, `${owner.name}.${name}`);
      attributes[name] = { type, from };
    }
  }
  return { attributes, blocks };
};

/** A block of the provider's own: it is only written, so the binding has no class for it, and what is in it stays unknown. */
const unreadForm = /^ {2}private _\w+\?: [A-Z]\w+\[\] \|/m;

interface Nested {
  readonly of: Class;
  readonly nesting: 'list' | 'set';
  readonly isOne: boolean;
}

const nestedForm = /= new (\w+?)(List|OutputReference)\(this, "\w+"(?:, (true|false))?\)/;

const nestedIn = (text: string, owner: Class, classes: Classes): Nested | undefined => {
  const [, stem, kind, isSet] = nestedForm.exec(text) ?? [];
  if (stem === undefined) return undefined;
  const name = `${stem}OutputReference`;
  const of = classes.get(name);
  if (!of) throw new Error(`${owner.name} names ${name}, which is not in the same file`);
  return { of, nesting: isSet === 'true' ? 'set' : 'list', isOne: kind === 'OutputReference' };
};

const objectsOf = ({ of, nesting }: Nested, classes: Classes): AttributeType => {
  const { attributes, blocks } = blockOf(of, classes);
  const members = Object.entries(attributes).map(([name, { type }]) => [name, type] as const);
  if (Object.keys(blocks).length > 0) throw new Error(`${of.name} is an object, and has blocks`);
  return [nesting, ['object', Object.fromEntries(members)]];
};

/** The ways in which a binding reads an attribute, the narrower before the wider. */
const plainForms: readonly (readonly [RegExp, AttributeType])[] = [
  [/Fn\.tolist\(this\.getListAttribute\(/, ['set', 'string']],
  [/Fn\.tolist\(this\.getNumberListAttribute\(|Fn\.tolist\(this\.getNumberList/, ['set', 'number']],
  [/this\.getListAttribute\(/, ['list', 'string']],
  [/this\.getNumberListAttribute\(/, ['list', 'number']],
  [/this\.getStringMapAttribute\(|new \w+\.StringMap\(/, ['map', 'string']],
  [/this\.getNumberMapAttribute\(|new \w+\.NumberMap\(/, ['map', 'number']],
  [/this\.getBooleanMapAttribute\(|new \w+\.BooleanMap\(/, ['map', 'bool']],
  [/this\.getStringAttribute\(/, 'string'],
  [/this\.getNumberAttribute\(/, 'number'],
  [/this\.getBooleanAttribute\(/, 'bool'],
  // A provider's own arguments are only ever written.
  [/_\w+\?: string\[\]/, ['list', 'string']],
  [/_\w+\?: string/, 'string'],
  [/_\w+\?: number/, 'number'],
  [/_\w+\?: boolean/, 'bool'],
  [/_\w+\?: \{ \[key: string\]: string \}/, ['map', 'string']],
];

const plainTypeOf = (text: string, place: string): AttributeType => {
  const found = plainForms.find(([form]) => form.test(text));
  if (!found) throw new Error(`${place} has a form that is not known: ${text.trim().split('\n')[0]}`);
  return found[1];
};

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
    block: blockOf(main, classes, source),
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

const blockOf = (owner: Class, classes: Classes, source: string): Block => {
  const attributes: Record<string, Attribute> = {};
  const blocks: Record<string, NestedBlock> = {};
  for (const { name, from, text } of membersOf(owner)) {
    const nested = nestedIn(text, owner, classes);
    const written = writtenForm.exec(text)?.[1];
    if (written !== undefined) {
      blocks[name] = writtenBlock(written, source);
    } else if (nested && !from.includes('computed')) {
      blocks[name] = {
        ...blockOf(nested.of, classes, source),
        // The SDK of providers nests this one by itself: it is written for every resource.
        nesting: name === 'timeouts' ? 'single' : nested.nesting,
        isRequired: from === 'required',
        isOne: nested.isOne && name !== 'timeouts',
      };
    } else {
      // What a provider may fill in itself is an attribute that can be written like a block.
      const type = nested ? objectsOf(nested, classes, source) : plainTypeOf(text, `${owner.name}.${name}`);
      attributes[name] = { type, from };
    }
  }
  return { attributes, blocks };
};

/** A block of the provider's own is only ever written: the binding has a function for it that names what is in it, and no class. */
const writtenForm = /^ {2}private _\w+\?: ([A-Z]\w+)\[\] \|/m;

const writtenMember =
  /^ {4}(\w+): \{\n {6}value: .*\n {6}isBlock: (true|false),\n {6}type: "\w+",\n {6}storageClassType: "(\w+)"/gm;

const writtenTypes: Readonly<Record<string, AttributeType>> = {
  string: 'string',
  number: 'number',
  boolean: 'bool',
  stringList: ['list', 'string'],
};

const writtenTypeOf = (kind: string, place: string): AttributeType => {
  const type = writtenTypes[kind];
  if (!type) throw new Error(`${place} has a type that is not known: ${kind}`);
  return type;
};

const writtenBlock = (struct: string, source: string): NestedBlock => {
  const start = source.indexOf(`function ${struct[0]?.toLowerCase()}${struct.slice(1)}ToHclTerraform(`);
  const text = start < 0 ? '' : source.slice(start, source.indexOf('\n}', start));
  const members = [...text.matchAll(writtenMember)].map(([, name = '', isBlock, kind = '']) => ({
    name,
    type: isBlock === 'true' ? undefined : writtenTypeOf(kind, `${struct}.${name}`),
    struct: kind.replace(/List$/, ''),
  }));
  return {
    attributes: Object.fromEntries(
      members.flatMap(({ name, type }) => (type ? [[name, { type, from: 'optional' as const }]] : [])),
    ),
    blocks: Object.fromEntries(
      members.flatMap((member) => (member.type ? [] : [[member.name, writtenBlock(member.struct, source)]])),
    ),
    nesting: 'list',
    isRequired: false,
    isOne: false,
  };
};

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

const objectsOf = ({ of, nesting }: Nested, classes: Classes, source: string): AttributeType => {
  const { attributes, blocks } = blockOf(of, classes, source);
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

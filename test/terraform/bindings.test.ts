/** What is read from a binding: the comment above each attribute, and the line that gives its type. */
import { describe, expect, it } from 'vitest';
import { bindingIn } from './bindings.ts';

const binding = (members: string, others = ''): string => `
export interface KettleConfig extends cdktf.TerraformMetaArguments {
  readonly name: string;
}
${others}
export class Kettle extends cdktf.TerraformResource {
  public static readonly tfResourceType = "kitchen_kettle";
  public constructor() {
    super({ providerVersion: '1.2.3' });
  }

${members}
  // =========
  // SYNTHESIS
  // =========
}
`;

const lid = `
export class KettleLidOutputReference extends cdktf.ComplexObject {

  // colour - computed: false, optional: false, required: true
  private _colour?: string;
  public get colour() {
    return this.getStringAttribute('colour');
  }

  // turns - computed: true, optional: false, required: false
  public get turns() {
    return this.getNumberAttribute('turns');
  }
}

export class KettleLidList extends cdktf.ComplexList {
}
`;

describe('a binding', () => {
  it('says of which type it is, and of which version of the provider', () => {
    expect(bindingIn(binding(''))).toMatchObject({ type: 'kitchen_kettle', providerVersion: '1.2.3' });
  });

  it('says who gives the value of an attribute', () => {
    const members = [
      ['a', 'computed: false, optional: false, required: true'],
      ['b', 'computed: false, optional: true, required: false'],
      ['c', 'computed: true, optional: false, required: false'],
      ['d', 'computed: true, optional: true, required: false'],
    ].map(([name, givers]) => `  // ${name} - ${givers}\n    return this.getStringAttribute('${name}');\n`);
    expect(bindingIn(binding(members.join('\n'))).block.attributes).toEqual({
      a: { type: 'string', from: 'required' },
      b: { type: 'string', from: 'optional' },
      c: { type: 'string', from: 'computed' },
      d: { type: 'string', from: 'optional or computed' },
    });
  });

  it.each([
    ["return this.getBooleanAttribute('x');", 'bool'],
    ["return this.getListAttribute('x');", ['list', 'string']],
    ["return cdktf.Fn.tolist(this.getListAttribute('x'));", ['set', 'string']],
    ["return this.getNumberListAttribute('x');", ['list', 'number']],
    ['private _x = new cdktf.StringMap(this, "x");', ['map', 'string']],
    ["return this.getStringMapAttribute('x');", ['map', 'string']],
  ])('reads %s', (line, type) => {
    const text = binding(`  // x - computed: false, optional: true, required: false\n  ${line}\n`);
    expect(bindingIn(text).block.attributes['x']?.type).toEqual(type);
  });

  it('reads a block, with whether it must and may stand and how often', () => {
    const text = binding(
      `  // lid - computed: false, optional: false, required: true
  private _lid = new KettleLidOutputReference(this, "lid");

  // spare - computed: false, optional: true, required: false
  private _spare = new KettleLidList(this, "spare", true);
`,
      lid,
    );
    const members = {
      attributes: {
        colour: { type: 'string', from: 'required' },
        turns: { type: 'number', from: 'computed' },
      },
      blocks: {},
    };
    expect(bindingIn(text).block.blocks).toEqual({
      lid: { ...members, nesting: 'list', isRequired: true, isOne: true },
      spare: { ...members, nesting: 'set', isRequired: false, isOne: false },
    });
  });

  it('reads what a provider fills in itself as a list of objects', () => {
    const text = binding(
      `  // lid - computed: true, optional: true, required: false
  private _lid = new KettleLidList(this, "lid", false);
`,
      lid,
    );
    expect(bindingIn(text).block.attributes['lid']).toEqual({
      type: ['list', ['object', { colour: 'string', turns: 'number' }]],
      from: 'optional or computed',
    });
  });

  it('reads a block of a provider, for which it has no class', () => {
    const text = binding(
      `  // features - computed: false, optional: true, required: false
  private _features?: KettleFeatures[] | cdktf.IResolvable;
`,
      `
export function kettleFeaturesToHclTerraform(struct?: KettleFeatures): any {
  const attrs = {
    whistles: {
      value: cdktf.booleanToHclTerraform(struct!.whistles),
      isBlock: false,
      type: "simple",
      storageClassType: "boolean",
    },
  };
}
`,
    );
    expect(bindingIn(text).block.blocks['features']).toMatchObject({
      attributes: { whistles: { type: 'bool', from: 'optional' } },
      nesting: 'list',
    });
  });

  it('is refused where an attribute has a form that is not known', () => {
    const text = binding(
      '  // x - computed: false, optional: true, required: false\n  private _x?: Oddity;\n',
    );
    expect(() => bindingIn(text)).toThrow('Kettle.x has a form that is not known: private _x?: Oddity;');
  });

  it('is refused where there is no resource in it', () => {
    expect(() => bindingIn('export const nothing = 1;')).toThrow('no class of a resource');
  });
});

/** What a Terraform provider says of its resources, as the fixtures of test/fixtures/terraform hold it. */

/** Types in Terraform's own JSON: https://developer.hashicorp.com/terraform/internals/json-format */
export type AttributeType =
  | 'string'
  | 'number'
  | 'bool'
  | readonly ['list' | 'set' | 'map', AttributeType]
  | readonly ['object', Readonly<Record<string, AttributeType>>];

export interface Attribute {
  readonly type: AttributeType;
  /** Who gives the value: the writer of the configuration, the provider, or the provider where the writer does not. */
  readonly from: 'required' | 'optional' | 'computed' | 'optional or computed';
}

export interface NestedBlock extends Block {
  readonly nesting: 'single' | 'list' | 'set';
  readonly isRequired: boolean;
  /** Whether it may stand at most once. */
  readonly isOne: boolean;
}

export interface Block {
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly blocks: Readonly<Record<string, NestedBlock>>;
}

export interface ProviderSchema {
  /** The package that this was read from, and its version. */
  readonly derivedFrom: string;
  /** Of the provider itself. */
  readonly version: string;
  readonly provider: Block;
  /** By type: azurerm_eventhub. */
  readonly resources: Readonly<Record<string, Block>>;
  readonly dataSources: Readonly<Record<string, Block>>;
}

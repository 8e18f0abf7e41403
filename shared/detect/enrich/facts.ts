/** What is known of an address beyond itself: the facts, which of them what is loaded can tell, and which a test asks for. */
import type { FieldPath } from '../field-path.ts';

/** Facts of the databases, as fields of the view `caller`. A fact that is not known is absent. */
export interface AddressFacts {
  /** ISO 3166-1, two capital letters. */
  readonly country?: string | undefined;
  /** Number of the autonomous system, without `AS`. */
  readonly asn?: number | undefined;
  /** Who runs that autonomous system. */
  readonly organization?: string | undefined;
  /** True where the address hides who is behind it; never false, for no database knows all that do. */
  readonly anonymous?: true | undefined;
  /** How it hides them. */
  readonly anonymizers?: readonly Anonymizer[] | undefined;
}

export type Anonymizer = 'tor' | 'vpn' | 'public-proxy' | 'residential-proxy' | 'relay';

export type Fact = keyof AddressFacts;

/** What all that is loaded can tell. */
export interface Abilities {
  readonly facts: ReadonlySet<Fact>;
  /** Names of the IP lists that hold at least one address. */
  readonly lists: readonly string[];
}

export const noAbilities: Abilities = { facts: new Set(), lists: [] };

/** What a test asks of the enrichment: a fact, or to stand in an IP list. */
export type Need =
  | { readonly fact: Fact }
  /** The lists it names; none where it names them by a pattern. */
  | { readonly lists: readonly string[] };

const facts: ReadonlySet<string> = new Set<Fact>([
  'country',
  'asn',
  'organization',
  'anonymous',
  'anonymizers',
]);

const isFact = (name: string): name is Fact => facts.has(name);

/** What a test of the values at a path asks of the enrichment, where it asks anything. */
export const needOf = (path: FieldPath, texts: readonly string[]): Need | undefined => {
  const [view, field] = path.segments;
  if (view?.name !== 'caller' || field === undefined) return undefined;
  if (field.name === 'lists') return { lists: texts };
  return isFact(field.name) ? { fact: field.name } : undefined;
};

/** Databases and IP lists in; an enricher that tells what they know of an address, each asked once, out. */
import { messageOf } from '../../errors.ts';
import type { JsonObject } from '../../schema/json.ts';
import { Recent } from '../../schema/recent.ts';
import type { Address } from '../address.ts';
import type { Abilities, AddressFacts, Fact } from './facts.ts';
import type { IpList } from './ip-list.ts';
import type { AddressDatabase } from './mmdb.ts';

export interface Enricher {
  readonly abilities: Abilities;
  /** The facts and `lists`, the names of those that hold the address, as fields of the view `caller`. */
  readonly fieldsOf: (ip: string, address: Address) => JsonObject;
}

export interface EnricherOptions {
  /** Of two that tell the same fact the first counts. */
  readonly databases: readonly AddressDatabase[];
  readonly lists: ReadonlyMap<string, IpList>;
  /** Told once of each database with a record that cannot be read. Its other records still count. */
  readonly onFault?: ((message: string) => void) | undefined;
}

/** Far more than call one cluster in an hour. Whoever calls from more is only looked up again. */
const rememberedAddresses = 8192;

export const enricherOf = ({ databases, lists, onFault }: EnricherOptions): Enricher => {
  const known = new Recent<JsonObject>(rememberedAddresses);
  const faulty = new Set<AddressDatabase>();

  const asked = (database: AddressDatabase, address: Address): AddressFacts | undefined => {
    try {
      return database.factsOf(address);
    } catch (thrown) {
      if (!faulty.has(database)) onFault?.(messageOf(thrown));
      faulty.add(database);
      return undefined;
    }
  };

  const lookedUp = (address: Address): JsonObject => {
    const names = [...lists].filter(([, list]) => list.holds(address)).map(([name]) => name);
    const facts: AddressFacts = Object.assign(
      {},
      ...databases.toReversed().map((database) => asked(database, address)),
    );
    return { ...facts, ...(names.length > 0 && { lists: names }) };
  };

  return {
    abilities: {
      facts: new Set<Fact>(databases.flatMap((database) => [...database.facts])),
      lists: [...lists].filter(([, list]) => !list.isEmpty).map(([name]) => name),
    },
    fieldsOf: (ip, address) => {
      const earlier = known.get(ip);
      if (earlier) return earlier;
      const fields = lookedUp(address);
      known.put(ip, fields);
      return fields;
    },
  };
};

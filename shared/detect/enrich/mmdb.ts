/** The bytes of an MMDB in (MaxMind's form for what is known of addresses), a database that can be asked, out. */
import { Reader } from 'mmdb-lib';
import { KlaxonError, messageOf } from '../../errors.ts';
import { isObject, type JsonObject } from '../../schema/json.ts';
import type { Address } from '../address.ts';
import type { AddressFacts, Fact } from './facts.ts';
import { checkBounds } from './mmdb-bounds.ts';
import { factsIn, factsToldBy } from './mmdb-facts.ts';
import { type Metadata, sampleAddresses } from './mmdb-sample.ts';

export interface AddressDatabase {
  readonly path: string;
  /** Which facts it can tell: its records say so themselves, whatever it calls itself. */
  readonly facts: ReadonlySet<Fact>;
  /**
   * Undefined where it has no record of the address.
   * @throws KlaxonError of code `settings` where the record cannot be read.
   */
  readonly factsOf: (address: Address) => AddressFacts | undefined;
}

/** @throws KlaxonError of code `settings` for what is no MMDB, is damaged, or tells nothing that rules ask. */
export const databaseOf = (path: string, bytes: Buffer): AddressDatabase => {
  const source = opened(path, bytes);
  const { metadata } = source;
  const facts = new Set<Fact>();
  let records = 0;
  for (const address of sampleAddresses(bytes, metadata)) {
    const record = recordOf(path, source, address);
    if (!record) continue;
    records++;
    for (const fact of factsToldBy(record)) facts.add(fact);
  }
  if (facts.size === 0) {
    const what = records === 0 ? 'holds no record' : 'tells neither country, network nor anonymiser';
    throw fault(path, `this MMDB (${metadata.databaseType}) ${what} of an address`);
  }
  return {
    path,
    facts,
    factsOf: (address) => {
      // A tree of IPv4 addresses would take the first bits of any other for one of its own.
      if (metadata.ipVersion === 4 && address.kind() === 'ipv6') return undefined;
      const record = recordOf(path, source, address.toString());
      return record && factsIn(record);
    },
  };
};

interface Source {
  readonly metadata: Metadata;
  readonly recordAt: (address: string) => unknown;
}

const recordOf = (path: string, source: Source, address: string): JsonObject | undefined => {
  try {
    const record = source.recordAt(address);
    return isObject(record) ? record : undefined;
  } catch (thrown) {
    throw fault(path, `this MMDB is damaged: ${messageOf(thrown)}`, thrown);
  }
};

/** The metadata stand in the last part of the file, behind these bytes. */
const marker = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
const metadataReach = 128 * 1024;
/** Sixteen zeros between tree and data. */
const separatorLength = 16;

const opened = (path: string, bytes: Buffer): Source => {
  const markerAt = bytes.lastIndexOf(marker);
  if (markerAt < Math.max(0, bytes.length - metadataReach))
    throw fault(path, 'no MMDB: expected a file such as GeoLite2-ASN.mmdb, unpacked');
  const metadataAt = markerAt + marker.length;
  try {
    checkBounds(bytes, metadataAt, metadataAt);
    // The reader asks its cache just before it decodes: the one place to look first. Answers are kept further out.
    let base = 0;
    let isChecked = false;
    const look = (offset: number | string): undefined => {
      if (isChecked) return;
      checkBounds(bytes, base, Number(offset));
      isChecked = true;
    };
    const reader = new Reader(bytes, { cache: { get: look, set: () => undefined } });
    const { metadata } = reader;
    const fits = metadata.searchTreeSize + separatorLength <= markerAt;
    const isKnown = metadata.binaryFormatMajorVersion === 2 && [4, 6].includes(metadata.ipVersion);
    if (!isKnown || !Number.isInteger(metadata.nodeCount) || metadata.nodeCount < 1 || !fits)
      throw new RangeError('its metadata do not fit the file');
    base = metadata.searchTreeSize + separatorLength;
    return {
      metadata,
      recordAt: (address) => {
        isChecked = false;
        return reader.get(address);
      },
    };
  } catch (thrown) {
    throw fault(path, `this MMDB is damaged: ${messageOf(thrown)}`, thrown);
  }
};

const fault = (path: string, message: string, cause?: unknown): KlaxonError =>
  new KlaxonError('settings', `${path}: ${message}`, { cause });

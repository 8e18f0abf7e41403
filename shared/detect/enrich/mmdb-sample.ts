/** The tree of an MMDB in, an address in each of some networks that have a record, the largest first, out. */
import type { Reader } from 'mmdb-lib';

export type Metadata = Reader<never>['metadata'];

/** From the root, and from where IPv4 addresses begin: enough to meet every form of record that a file has. */
const maxSamples = 200;
/** A tree whose nodes point at one another has no leaf to find. */
const maxNodes = 20_000;

export const sampleAddresses = (bytes: Buffer, metadata: Metadata): readonly string[] => {
  if (metadata.ipVersion === 4) return leavesBelow(bytes, metadata, root, 32).map(textOfFour);
  const zeros = firstOfFour(bytes, metadata);
  return [
    ...(zeros === undefined ? [] : leavesBelow(bytes, metadata, zeros, 128).map(textOfSix)),
    ...leavesBelow(bytes, metadata, root, 128).map(textOfSix),
  ];
};

interface Branch {
  readonly node: number;
  /** The bits of the way from the root, and how many they are. */
  readonly bits: bigint;
  readonly depth: number;
}

const root: Branch = { node: 0, bits: 0n, depth: 0 };

const leavesBelow = (bytes: Buffer, metadata: Metadata, from: Branch, width: number): readonly bigint[] => {
  const leaves: bigint[] = [];
  const open = [from];
  for (let at = 0; at < open.length && at < maxNodes; at++) {
    const branch = open[at];
    if (!branch || branch.depth >= width) continue;
    for (const side of [0, 1] as const) {
      const next = childOf(bytes, metadata, branch, side);
      if (next.node < metadata.nodeCount) open.push(next);
      else if (next.node > metadata.nodeCount) leaves.push(next.bits << BigInt(width - next.depth));
      if (leaves.length === maxSamples) return leaves;
    }
  }
  return leaves;
};

const childOf = (bytes: Buffer, metadata: Metadata, { node, bits, depth }: Branch, side: 0 | 1): Branch => ({
  node: recordIn(bytes, node * metadata.nodeByteSize, metadata.recordSize, side),
  bits: (bits << 1n) | BigInt(side),
  depth: depth + 1,
});

/** A node is two records; in one of 28 bits the middle byte holds the highest bits of both. */
const recordIn = (bytes: Buffer, at: number, size: number, side: 0 | 1): number => {
  if (size === 32) return bytes.readUInt32BE(at + 4 * side);
  if (size === 24) return bytes.readUIntBE(at + 3 * side, 3);
  const middle = bytes.readUInt8(at + 3);
  const high = side === 0 ? middle >> 4 : middle & 0x0f;
  return high * 2 ** 24 + bytes.readUIntBE(at + 4 * side, 3);
};

/** IPv4 addresses stand behind 96 zeros; undefined where one record is for all of them. */
const firstOfFour = (bytes: Buffer, metadata: Metadata): Branch | undefined => {
  let branch = root;
  while (branch.depth < 96 && branch.node < metadata.nodeCount) branch = childOf(bytes, metadata, branch, 0);
  return branch.node < metadata.nodeCount ? branch : undefined;
};

const textOfFour = (bits: bigint): string =>
  [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 0xffn).join('.');

const textOfSix = (bits: bigint): string =>
  [112n, 96n, 80n, 64n, 48n, 32n, 16n, 0n].map((shift) => ((bits >> shift) & 0xffffn).toString(16)).join(':');

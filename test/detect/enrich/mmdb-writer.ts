/** Networks with a record each in, the bytes of a small MMDB (https://maxmind.github.io/MaxMind-DB/) out. */
import type { Address, Network } from '../../../shared/detect/address.ts';
import { networkOf } from '../../../shared/detect/address.ts';
import type { JsonObject, JsonValue } from '../../../shared/schema/json.ts';

export interface MmdbOptions {
  readonly type?: string;
  readonly ipVersion?: 4 | 6;
  readonly recordSize?: 24 | 28 | 32;
  /** The data section as it is, where a record stands for an offset in it. */
  readonly rawData?: Buffer;
  readonly metadata?: JsonObject;
}

/** A node is two of these: another node, the number of a record, or nothing. */
type Side = Node | number | undefined;
interface Node {
  sides: [Side, Side];
}

/** Later networks win over earlier ones that hold them. */
export const mmdbOf = (
  records: Readonly<Record<string, JsonObject | number>>,
  options: MmdbOptions = {},
): Buffer => {
  const { type = 'Test-Country', ipVersion = 6, recordSize = 28, rawData } = options;
  const data: Buffer[] = rawData ? [rawData] : [];
  let dataLength = 0;
  const root: Node = { sides: [undefined, undefined] };
  for (const [text, record] of Object.entries(records)) {
    const network = networkOf(text);
    if (!network) throw new Error(`${text} is no network`);
    let offset = dataLength;
    if (typeof record === 'number') offset = record;
    else {
      const bytes = encoded(record);
      data.push(bytes);
      dataLength += bytes.length;
    }
    insert(root, bitsOf(network, ipVersion), offset);
  }
  const nodes = nodesBelow(root);
  const numbers = new Map(nodes.map((node, number) => [node, number]));
  const recordFor = (side: Side): number => {
    if (side === undefined) return nodes.length;
    return typeof side === 'number' ? nodes.length + 16 + side : (numbers.get(side) ?? 0);
  };
  const tree = nodes.map(({ sides: [left, right] }) =>
    nodeBytes(recordFor(left), recordFor(right), recordSize),
  );
  const metadata = encoded({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_767_225_600,
    database_type: type,
    description: { en: 'made by a test' },
    ip_version: ipVersion,
    languages: ['en'],
    node_count: nodes.length,
    record_size: recordSize,
    ...options.metadata,
  });
  return Buffer.concat([
    ...tree,
    Buffer.alloc(16),
    ...data,
    Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1'),
    metadata,
  ]);
};

const bitsOf = ({ address, bits }: Network, ipVersion: 4 | 6): readonly (0 | 1)[] => {
  const own = bitsOfAddress(address).slice(0, bits);
  return ipVersion === 6 && address.kind() === 'ipv4' ? [...new Array<0>(96).fill(0), ...own] : own;
};

const bitsOfAddress = (address: Address): readonly (0 | 1)[] =>
  address
    .toByteArray()
    .flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((shift) => ((byte >> shift) & 1) as 0 | 1));

const insert = (root: Node, bits: readonly (0 | 1)[], record: number): void => {
  let node = root;
  for (const bit of bits.slice(0, -1)) {
    const side = node.sides[bit];
    const next: Node = typeof side === 'object' ? side : { sides: [side, side] };
    node.sides[bit] = next;
    node = next;
  }
  const last = bits.at(-1);
  if (last === undefined) root.sides = [record, record];
  else node.sides[last] = record;
};

const nodesBelow = (root: Node): readonly Node[] => {
  const nodes = [root];
  for (const node of nodes) for (const side of node.sides) if (typeof side === 'object') nodes.push(side);
  return nodes;
};

const nodeBytes = (left: number, right: number, size: 24 | 28 | 32): Buffer => {
  const bytes = Buffer.alloc(size / 4);
  if (size === 32) {
    bytes.writeUInt32BE(left, 0);
    bytes.writeUInt32BE(right, 4);
  } else if (size === 24) {
    bytes.writeUIntBE(left, 0, 3);
    bytes.writeUIntBE(right, 3, 3);
  } else {
    bytes.writeUIntBE(left % 2 ** 24, 0, 3);
    bytes.writeUInt8((Math.floor(left / 2 ** 24) << 4) | Math.floor(right / 2 ** 24), 3);
    bytes.writeUIntBE(right % 2 ** 24, 4, 3);
  }
  return bytes;
};

/** A value in the form of the data section. */
export const encoded = (value: JsonValue | undefined): Buffer => {
  if (typeof value === 'string')
    return Buffer.concat([head(2, Buffer.byteLength(value)), Buffer.from(value)]);
  if (typeof value === 'boolean') return head(14, value ? 1 : 0);
  if (typeof value === 'number') return numberBytes(value);
  if (Array.isArray(value))
    return Buffer.concat([head(11, value.length), ...value.map((item: JsonValue) => encoded(item))]);
  const entries = Object.entries(value ?? {});
  return Buffer.concat([
    head(7, entries.length),
    ...entries.flatMap(([key, member]) => [encoded(key), encoded(member)]),
  ]);
};

const numberBytes = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return Buffer.concat([head(6, 4), bytes]);
};

/** The control byte of a type and a size, and what follows of them. */
export const head = (type: number, size: number): Buffer => {
  const [short, more] = sizeBytes(size);
  return type < 8 ? Buffer.from([(type << 5) | short, ...more]) : Buffer.from([short, type - 7, ...more]);
};

const sizeBytes = (size: number): readonly [number, readonly number[]] => {
  if (size < 29) return [size, []];
  if (size < 285) return [29, [size - 29]];
  if (size < 65_821) return [30, [(size - 285) >> 8, (size - 285) & 0xff]];
  const rest = size - 65_821;
  return [31, [(rest >> 16) & 0xff, (rest >> 8) & 0xff, rest & 0xff]];
};

/** A pointer to an offset below 2048 in the data section. */
export const pointerTo = (offset: number): Buffer => Buffer.from([0x20 | (offset >> 8), offset & 0xff]);

/** A list of addresses and networks, one a line, in; whether it holds an address, and each fault with its line, out. */
import type { RuleProblem } from '../../errors.ts';
import { type Address, hasHostBits, type Network, networkOf } from '../address.ts';

export interface IpList {
  readonly isEmpty: boolean;
  readonly holds: (address: Address) => boolean;
}

export interface ReadIpList {
  readonly list: IpList;
  readonly problems: readonly RuleProblem[];
}

/** Of one file; who has more has taken the wrong file. */
const maxProblems = 20;

/** Comments begin with `#`, or with `;` as in the lists of Spamhaus. */
export const ipListOf = (path: string, text: string): ReadIpList => {
  const four: Range<number>[] = [];
  const six: Range<bigint>[] = [];
  const problems: RuleProblem[] = [];
  let number = 0;
  for (const line of linesOf(text)) {
    number++;
    const content = line.split(/[#;]/, 1)[0]?.trim() ?? '';
    if (content === '') continue;
    const network = networkOf(content);
    if (network && !hasHostBits(network)) {
      if (network.address.kind() === 'ipv4') four.push(rangeOfFour(network));
      else six.push(rangeOfSix(network));
    } else if (problems.length < maxProblems) {
      problems.push({
        path,
        line: number,
        column: line.indexOf(content) + 1,
        message: faultOf(content, network),
      });
    }
  }
  const ofFour = merged(four);
  const ofSix = merged(six);
  return {
    list: {
      isEmpty: ofFour.length + ofSix.length === 0,
      holds: (address) =>
        address.kind() === 'ipv4' ? isIn(ofFour, numberOf(address)) : isIn(ofSix, bigintOf(address)),
    },
    problems,
  };
};

/** Several lists of one name are one. */
export const joinedList = (lists: readonly IpList[]): IpList => ({
  isEmpty: lists.every(({ isEmpty }) => isEmpty),
  holds: (address) => lists.some((list) => list.holds(address)),
});

function* linesOf(text: string): Generator<string> {
  let from = text.startsWith('\uFEFF') ? 1 : 0;
  for (let end = text.indexOf('\n', from); end >= 0; end = text.indexOf('\n', from)) {
    yield text.slice(from, end);
    from = end + 1;
  }
  yield text.slice(from);
}

const shownLength = 60;

const faultOf = (content: string, network: Network | undefined): string => {
  const shown = content.length > shownLength ? `${content.slice(0, shownLength)}...` : content;
  return network
    ? `"${shown}" has bits set beyond its prefix`
    : `"${shown}" is not an address or a network in CIDR form`;
};

/** First and last address. */
type Range<T> = readonly [T, T];

const numberOf = (address: Address): number => {
  const [a = 0, b = 0, c = 0, d = 0] = address.toByteArray();
  return ((a * 256 + b) * 256 + c) * 256 + d;
};

const bigintOf = (address: Address): bigint =>
  address.toByteArray().reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

const rangeOfFour = ({ address, bits }: Network): Range<number> => {
  const first = numberOf(address);
  return [first, first + 2 ** (32 - bits) - 1];
};

const rangeOfSix = ({ address, bits }: Network): Range<bigint> => {
  const first = bigintOf(address);
  return [first, first + (1n << BigInt(128 - bits)) - 1n];
};

/** In order and apart from one another, so that an address can be in one of them only. */
const merged = <T extends number | bigint>(ranges: readonly Range<T>[]): readonly Range<T>[] => {
  const apart: [T, T][] = [];
  for (const [first, last] of ranges.toSorted((left, right) => (left[0] < right[0] ? -1 : 1))) {
    const previous = apart.at(-1);
    if (!previous || first > previous[1]) apart.push([first, last]);
    else if (last > previous[1]) previous[1] = last;
  }
  return apart;
};

const isIn = <T extends number | bigint>(ranges: readonly Range<T>[], address: T): boolean => {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle]?.[0] ?? address) <= address) low = middle + 1;
    else high = middle;
  }
  const nearest = ranges[low - 1];
  return nearest !== undefined && address <= nearest[1];
};

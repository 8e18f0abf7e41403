/**
 * A place in an MMDB in; nothing out, but an error where the value there would take more to decode than any honest one.
 * The reader follows every pointer and makes room for every list as long as it says it is: a few hundred bytes that point
 * at one another would keep it busy for ever. The form is https://maxmind.github.io/MaxMind-DB/.
 */

/** Values in a record, those behind pointers each time they are pointed at. The fullest of MaxMind's have some hundred. */
const maxValues = 4096;

const pointer = 1;
const map = 7;
const array = 11;
const boolean = 14;
/** A double and a float have a fixed size; so have the integers at most. */
const lastType = 15;
/** What is added to a pointer of each size. */
const pointerBases = [0, 2048, 526_336, 0] as const;

/**
 * Looks at each value that decoding from `offset` would look at, in the same order, and makes none of them.
 * @throws RangeError
 */
export const checkBounds = (bytes: Buffer, base: number, offset: number): void => {
  let left = maxValues;
  /** Values still to come, and where; the inner after the outer. */
  const open: { at: number; count: number }[] = [{ at: offset, count: 1 }];
  for (let here = open.at(-1); here !== undefined; here = open.at(-1)) {
    if (here.count === 0) {
      open.pop();
      continue;
    }
    if (left-- === 0) throw new RangeError(`a record of more than ${maxValues} values`);
    here.count--;
    const value = headAt(bytes, here.at);
    here.at = value.end;
    here.count += value.inner;
    if (value.target !== undefined) open.push({ at: base + value.target, count: 1 });
    if (here.at > bytes.length) throw new RangeError('a value beyond the end of the file');
  }
};

interface Head {
  /** Where the next value begins: the first inner one of a list or a map. */
  readonly end: number;
  /** How many values stand in it. */
  readonly inner: number;
  readonly target?: number;
}

const headAt = (bytes: Buffer, offset: number): Head => {
  const control = bytes.readUInt8(offset);
  let type = control >> 5;
  let at = offset + 1;
  if (type === pointer) return pointerAt(bytes, at, control);
  if (type === 0) {
    type = bytes.readUInt8(at) + 7;
    at++;
    if (type <= map || type > lastType) throw new RangeError(`no type has the number ${type}`);
  }
  const length = control & 0x1f;
  const extra = Math.max(0, length - 28);
  const size = extra === 0 ? length : (sizeBases[extra - 1] ?? 0);
  const whole = extra === 0 ? size : size + bytes.readUIntBE(at, extra);
  at += extra;
  if (type === boolean) return { end: at, inner: 0 };
  if (type === map || type === array) return { end: at, inner: type === map ? 2 * whole : whole };
  return { end: at + whole, inner: 0 };
};

/** What is added to a size that is written in one, two or three further bytes. */
const sizeBases = [29, 285, 65_821] as const;

const pointerAt = (bytes: Buffer, at: number, control: number): Head => {
  const size = (control >> 3) & 3;
  const high = size === 3 ? 0 : (control & 7) * 256 ** (size + 1);
  const target = (pointerBases[size] ?? 0) + high + bytes.readUIntBE(at, size + 1);
  return { end: at + size + 1, inner: 0, target };
};

/** Objects by `/bucket/name` in; a page of those that are listed, as stores of objects list them, out. */

export interface PageAsked {
  readonly bucket: string;
  readonly prefix: string;
  /** Up to it names are told as one. */
  readonly delimiter?: string | undefined;
  /** The last name of the page before; empty at the beginning. */
  readonly after: string;
  readonly size: number;
}

export interface Page {
  /** In the order of the bytes of their names; a size is absent where many are told as one. */
  readonly entries: readonly { readonly name: string; readonly bytes: number | undefined }[];
  readonly isLast: boolean;
}

export const pageOf = (
  objects: ReadonlyMap<string, Buffer>,
  { bucket, prefix, delimiter, after, size }: PageAsked,
): Page => {
  const sizes = new Map<string, number | undefined>();
  for (const [whole, { length }] of objects) {
    const name = whole.slice(bucket.length + 2);
    if (!whole.startsWith(`/${bucket}/`) || !name.startsWith(prefix)) continue;
    const end = delimiter ? name.indexOf(delimiter, prefix.length) : -1;
    if (end < 0) sizes.set(name, length);
    else sizes.set(name.slice(0, end + 1), undefined);
  }
  const entries = [...sizes]
    .map(([name, bytes]) => ({ name, bytes }))
    .filter(({ name }) => Buffer.compare(Buffer.from(name), Buffer.from(after)) > 0)
    .toSorted((left, right) => Buffer.compare(Buffer.from(left.name), Buffer.from(right.name)));
  return { entries: entries.slice(0, size), isLast: entries.length <= size };
};

/** A store of objects that a lake was written to in; the rows of its Parquet files, by the name of each, out. */
import { zstdDecompressSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';
import type { JsonObject } from '../../../shared/schema/json.ts';

export const rowsIn = async (bytes: Uint8Array): Promise<readonly JsonObject[]> => {
  const whole = bytes.slice().buffer;
  const rows = await parquetReadObjects({
    file: { byteLength: whole.byteLength, slice: (from, to) => whole.slice(from, to) },
    compressors: { ZSTD: (input) => zstdDecompressSync(input) },
  });
  return rows.map((row) =>
    JSON.parse(JSON.stringify(row, (_, cell) => (typeof cell === 'bigint' ? Number(cell) : cell))),
  );
};

/** Objects are known by `/bucket/name`. */
export const lakeIn = async (
  { objects }: { readonly objects: ReadonlyMap<string, Uint8Array> },
  bucket: string,
): Promise<Readonly<Record<string, readonly JsonObject[]>>> => {
  const files = [...objects].filter(([path]) => path.startsWith(`/${bucket}/`)).toSorted();
  return Object.fromEntries(
    await Promise.all(
      files.map(async ([path, bytes]) => [path.slice(bucket.length + 2), await rowsIn(bytes)] as const),
    ),
  );
};

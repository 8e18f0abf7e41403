/** Columns and rows in, a few at a time; the Parquet file that holds them, out. */
import { zstdCompressSync } from 'node:zlib';
import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import type { Column, Columns, Row } from '../../../shared/archive/lake/lake-columns.ts';

export interface ParquetFile {
  /** A row group: the rows need not be held any longer. */
  readonly add: (rows: readonly Row[]) => void;
  /** The file; nothing can be added any more. */
  readonly end: () => Uint8Array;
}

export const parquetFile = (columns: Columns, createdBy: string): ParquetFile => {
  const writer = new ByteWriter();
  const names = Object.keys(columns);
  const file = new ParquetWriter({
    writer,
    schema: [{ name: 'schema', num_children: names.length }, ...membersOf(columns)],
    codec: 'ZSTD',
    compressors: { ZSTD: (bytes) => zstdCompressSync(bytes) },
    createdBy,
  });
  return {
    add: (rows) => {
      const columnData = names.map((name) => ({ name, data: rows.map((row) => row[name]) }));
      file.write({ columnData, rowGroupSize: Math.max(1, rows.length) });
    },
    end: () => {
      file.finish();
      return writer.getBytes();
    },
  };
};

const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const;

const leaves: Readonly<Record<Extract<Column, string>, Omit<SchemaElement, 'name'>>> = {
  text,
  json: text,
  int: { type: 'INT32' },
  long: { type: 'INT64' },
  boolean: { type: 'BOOLEAN' },
};

const membersOf = (columns: Columns): readonly SchemaElement[] =>
  Object.entries(columns).flatMap(([name, column]) => elementsOf(name, column));

const isList = (column: Column): column is readonly [Column] => Array.isArray(column);

/** Lists in the three levels of https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#lists */
const elementsOf = (name: string, column: Column): readonly SchemaElement[] => {
  const repetition_type = 'OPTIONAL';
  if (typeof column === 'string') return [{ name, repetition_type, ...leaves[column] }];
  if (!isList(column))
    return [{ name, repetition_type, num_children: Object.keys(column).length }, ...membersOf(column)];
  const [member] = column;
  return [
    { name, repetition_type, num_children: 1, converted_type: 'LIST' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    ...elementsOf('element', member),
  ];
};

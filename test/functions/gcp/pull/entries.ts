/** Entries as sinks write them in, the bytes that Cloud Logging sends for them out. */
import protobuf from 'protobufjs';
import { loggingTypes } from '../../../../functions/gcp/pull/messages.ts';
import { isObject, type JsonObject, type JsonValue, textOf } from '../../../../shared/schema/json.ts';

const root = loggingTypes();

/** The other direction of `jsonOf`, for what tests need of it. */
export const entryBytes = (entry: JsonObject): Uint8Array => bytesOf(entry, 'google.logging.v2.LogEntry');

/** An entry as clients and servers that are made of the definitions take it. */
export const entryFields = (entry: JsonObject): object =>
  fieldsOf(entry, root.lookupType('google.logging.v2.LogEntry'));

export const bytesOf = (json: JsonObject, name: string): Uint8Array => {
  const type = root.lookupType(name);
  return type.encode(type.fromObject(fieldsOf(json, type))).finish();
};

/** As `fromObject` takes it. */
const fieldsOf = (json: JsonObject, type: protobuf.Type): object =>
  Object.fromEntries(
    Object.entries(json).flatMap(([name, value]) => {
      const field = type.fields[name]?.resolve();
      return field && value !== undefined ? [[name, fieldOf(field, value)]] : [];
    }),
  );

const fieldOf = (field: protobuf.Field, value: JsonValue): unknown => {
  const { resolvedType } = field;
  if (!(resolvedType instanceof protobuf.Type)) return value;
  if (Array.isArray(value)) return value.map((one) => messageOf(one, resolvedType));
  return messageOf(value, resolvedType);
};

const messageOf = (value: JsonValue, type: protobuf.Type): unknown => {
  if (type.fullName === '.google.protobuf.Timestamp') return timestampOf(textOf(value) ?? '');
  if (type.fullName === '.google.protobuf.Duration') return { seconds: Number.parseInt(String(value), 10) };
  if (type.fullName === '.google.protobuf.Struct') return isObject(value) ? structOf(value) : undefined;
  if (type.fullName === '.google.protobuf.Any') return isObject(value) ? anyOf(value) : undefined;
  return isObject(value) ? fieldsOf(value, type) : undefined;
};

const timestampOf = (text: string): object => ({
  seconds: Math.floor(Date.parse(text) / 1000),
  nanos: Number((/\.(\d+)Z$/.exec(text)?.[1] ?? '').padEnd(9, '0')),
});

const structOf = (json: JsonObject): object => ({
  fields: Object.fromEntries(
    Object.entries(json).map(([name, value]) => [name, structValueOf(value ?? null)]),
  ),
});

const structValueOf = (value: JsonValue): object => {
  if (value === null) return { nullValue: 0 };
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'number') return { numberValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return isObject(value)
    ? { structValue: structOf(value) }
    : { listValue: { values: value.map((one) => structValueOf(one)) } };
};

/** The bytes of an object in an object, and so on, deeper than anything that writes them so would make it. */
export const deepStruct = (depth: number): Uint8Array => {
  let value = protobuf.Writer.create().uint32(26).string('x').finish();
  for (let level = 0; ; level++) {
    const member = protobuf.Writer.create().uint32(10).string('a').uint32(18).bytes(value).finish();
    const struct = protobuf.Writer.create().uint32(10).bytes(member).finish();
    if (level === depth) return struct;
    value = protobuf.Writer.create().uint32(42).bytes(struct).finish();
  }
};

/** With a field more than the bytes of a message have: one that holds bytes. */
export const withField = (bytes: Uint8Array, id: number, value: Uint8Array): Uint8Array =>
  Buffer.concat([
    bytes,
    protobuf.Writer.create()
      .uint32(id * 8 + 2)
      .bytes(value)
      .finish(),
  ]);

const anyOf = ({ '@type': name, ...json }: JsonObject): object => {
  const type = root.lookup((textOf(name) ?? '').replace(/^.*\//, ''));
  return {
    type_url: name,
    value:
      type instanceof protobuf.Type
        ? type.encode(type.fromObject(fieldsOf(json, type))).finish()
        : Buffer.from(textOf(json['value']) ?? '', 'base64'),
  };
};

/** An answer of `entries.list`. */
export const listedBytes = (entries: readonly Uint8Array[], nextPageToken = ''): Uint8Array =>
  answerBytes('klaxon.Listed', { entries, nextPageToken });

/** A message of `entries.tail`; `keptBack` says how many entries, by reason. */
export const tailedBytes = (
  entries: readonly Uint8Array[],
  keptBack: Readonly<Record<string, number>> = {},
): Uint8Array =>
  answerBytes('klaxon.Tailed', {
    entries,
    suppressionInfo: Object.entries(keptBack).map(([reason, suppressedCount]) => ({
      reason,
      suppressedCount,
    })),
  });

const answerBytes = (name: string, answer: object): Uint8Array => {
  const type = root.lookupType(name);
  return type.encode(type.fromObject(answer)).finish();
};

/**
 * A message of protobufjs in; its JSON as Cloud Logging writes it for sinks and for `gcloud logging read`, out. That is
 * https://protobuf.dev/programming-guides/json with times of as many digits as they need.
 */
import protobuf from 'protobufjs';
import type { JsonObject, JsonValue } from '../../../shared/schema/json.ts';

/** What is not set is absent. Throws where a time is beyond what has a date. */
export const jsonOf = (message: object, type: protobuf.Type): JsonObject =>
  objectFrom(
    Object.entries(message)
      .map(([name, value]) => [name, memberOf(type.fields[name]?.resolve(), value)] as const)
      .filter(([, value]) => value !== undefined),
  );

/** Members of any name, `__proto__` included, are members. */
const objectFrom = (members: Iterable<readonly [string, JsonValue | undefined]>): JsonObject =>
  Object.fromEntries(members);

/** Lists and maps that are empty are as good as absent: on the wire there is no difference. */
const memberOf = (field: protobuf.Field | undefined, value: unknown): JsonValue | undefined => {
  if (field === undefined || value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map((one) => fieldJson(field, one));
  if (!(field instanceof protobuf.MapField)) return fieldJson(field, value);
  const members = Object.entries(value);
  return members.length === 0
    ? undefined
    : objectFrom(members.map(([name, one]) => [name, fieldJson(field, one)]));
};

const fieldJson = (field: protobuf.Field, value: unknown): JsonValue => {
  const type = field.resolvedType;
  if (type instanceof protobuf.Enum) return type.valuesById[Number(value)] ?? Number(value);
  if (type instanceof protobuf.Type) return isMessage(value) ? messageJson(value, type) : null;
  if (value instanceof Uint8Array) return base64Of(value);
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  // Numbers of 64 bits are texts.
  return typeof value === 'number' && !/64$/.test(field.type) ? numberJson(value) : String(value);
};

type Message = Readonly<Record<string, unknown>>;

const isMessage = (value: unknown): value is Message => typeof value === 'object' && value !== null;

const messageJson = (message: Message, type: protobuf.Type): JsonValue =>
  known[type.fullName]?.(message, type) ?? jsonOf(message, type);

/** JSON has no word for what is no number. */
const numberJson = (value: number): JsonValue => (Number.isFinite(value) ? value : String(value));

const base64Of = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** Those that JSON says otherwise than as an object of their fields. */
const known: Readonly<Record<string, (message: Message, type: protobuf.Type) => JsonValue>> = {
  '.google.protobuf.Timestamp': ({ seconds, nanos }) =>
    `${new Date(Number(seconds) * 1000).toISOString().slice(0, -'.000Z'.length)}${fractionOf(nanos)}Z`,
  '.google.protobuf.Duration': ({ seconds, nanos }) => `${String(seconds)}${fractionOf(nanos)}s`,
  '.google.protobuf.Struct': (message) => structJson(message),
  '.google.protobuf.Value': (message) => structValue(message),
  '.google.protobuf.ListValue': (message) => listJson(message),
  '.google.protobuf.Any': (message, type) => anyJson(message, type.root),
};

/** Sinks write `.50282Z`: no zeros at the end, and no fraction where it is none. */
const fractionOf = (nanos: unknown): string => {
  const digits = String(nanos).padStart(9, '0').replace(/0+$/, '');
  return digits === '' ? '' : `.${digits}`;
};

const structJson = ({ fields }: Message): JsonObject =>
  objectFrom(
    Object.entries(isMessage(fields) ? fields : {}).map(([name, value]) => [name, structValue(value)]),
  );

const listJson = ({ values }: Message): JsonValue =>
  Array.isArray(values) ? values.map((value) => structValue(value)) : [];

/** A Value that says nothing is null. */
const structValue = (value: unknown): JsonValue => {
  if (!isMessage(value)) return null;
  const [[kind, held] = []] = Object.entries(value);
  if (kind === 'structValue' && isMessage(held)) return structJson(held);
  if (kind === 'listValue' && isMessage(held)) return listJson(held);
  if (typeof held === 'string' || typeof held === 'boolean') return held;
  return kind === 'numberValue' && typeof held === 'number' ? numberJson(held) : null;
};

/** What has no definition here, or cannot be read by it, stays as it came: no detail makes an entry unreadable. */
const anyJson = (message: Message, root: protobuf.Root): JsonObject => {
  const name = typeof message['type_url'] === 'string' ? message['type_url'] : '';
  const bytes = message['value'] instanceof Uint8Array ? message['value'] : new Uint8Array();
  const type = root.lookup(name.replace(/^.*\//, ''));
  try {
    if (type instanceof protobuf.Type) {
      const json = messageJson(fieldsOf(type.decode(bytes)), type);
      return type.fullName in known ? { '@type': name, value: json } : { '@type': name, ...(json as object) };
    }
  } catch {
    // Nested too deeply, or not what it says it is.
  }
  return { '@type': name, value: base64Of(bytes) };
};

const fieldsOf = (message: protobuf.Message): Message => message as unknown as Message;

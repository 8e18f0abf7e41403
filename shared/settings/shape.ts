/** A value and its schema in; every fault in the value's shape, in words that say what to write instead, out. */
import { Kind, type TObject, type TSchema } from '@sinclair/typebox';
import { Errors, type ValueError, ValueErrorType } from '@sinclair/typebox/errors';
import { isObject, type JsonValue } from '../schema/json.ts';
import { suggestion } from '../schema/nearest.ts';
import type { YamlPath } from '../schema/yaml.ts';

export interface ShapeFault {
  readonly path: YamlPath;
  readonly message: string;
}

/** One fault a place: what follows from it is left out. */
export const shapeFaults = (schema: TSchema, value: JsonValue): readonly ShapeFault[] => {
  const faults = new Map<string, ShapeFault>();
  for (const error of Errors(schema, value)) {
    for (const { path, message } of faultsOf(error, value)) {
      const place = path.join('\n');
      if (!faults.has(place)) faults.set(place, { path, message });
    }
    if (faults.size >= maxFaults) break;
  }
  return [...faults.values()];
};

/** Who has more will not read them. */
const maxFaults = 100;

const faultsOf = (error: ValueError, root: JsonValue): readonly ShapeFault[] => {
  const path = pathOf(error.path, root);
  if (error.type !== ValueErrorType.Union) return [{ path, message: messageFor(error, path) }];
  return choiceFaults(error, path);
};

/** A JSON pointer as steps: numbers into lists, texts into maps. */
const pathOf = (pointer: string, root: JsonValue): YamlPath => {
  let value: JsonValue | undefined = root;
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
      const step = Array.isArray(value) ? Number(key) : key;
      value = isObject(value) && Object.hasOwn(value, key) ? value[key] : (value as never)?.[step];
      return step;
    });
};

/** Of several shapes one key tells which is meant; then only that shape's faults are of interest. */
const choiceFaults = ({ schema, value }: ValueError, path: YamlPath): readonly ShapeFault[] => {
  const shapes = schema['anyOf'] as readonly TObject[];
  if (!isObject(value)) return [{ path, message: 'expected a map' }];
  const key = Object.keys(shapes[0]?.properties ?? {}).find((name) =>
    shapes.every((shape) => shape.properties[name]?.[Kind] === 'Literal'),
  );
  if (key === undefined) return [{ path, message: 'none of the shapes that may stand here' }];
  const words = shapes.map((shape) => String(shape.properties[key]?.['const']));
  const chosen = value[key];
  const shape = shapes[words.indexOf(String(chosen))];
  if (!shape) {
    const message =
      chosen === undefined ? `"${key}" is missing: one of ${words.join(', ')}` : noneOf(chosen, words);
    return [{ path: [...path, key], message }];
  }
  return shapeFaults(shape, value as JsonValue).map((fault) => ({
    ...fault,
    path: [...path, ...fault.path],
  }));
};

const noneOf = (value: unknown, words: readonly string[]): string =>
  `expected one of ${words.join(', ')}${typeof value === 'string' ? suggestion(value, words) : ''}`;

const messageFor = ({ type, schema, value, message }: ValueError, path: YamlPath): string => {
  const last = String(path.at(-1));
  switch (type) {
    case ValueErrorType.ObjectAdditionalProperties:
      return unknownKey(last, schema);
    case ValueErrorType.ObjectRequiredProperty:
      return `"${last}" is missing: ${lowerFirst(schema.description ?? wanted(schema))}`;
    case ValueErrorType.StringPattern:
      return String(schema['patternErrorMessage']);
    case ValueErrorType.Kind:
      return noneOf(value, schema['enum'] as readonly string[]);
    case ValueErrorType.StringMaxLength:
      return `expected at most ${schema['maxLength']} characters`;
    case ValueErrorType.ArrayMinItems:
      return 'the list is empty: leave it out, or say what is in it';
    case ValueErrorType.ArrayMaxItems:
      return `expected at most ${schema['maxItems']} of them`;
    case ValueErrorType.String:
      return typeof value === 'number' ? 'expected a text: put the number in quotes' : 'expected a text';
    case ValueErrorType.Literal:
      return `expected ${String(schema['const'])}`;
    default:
      return schema[Kind] === undefined ? message : wanted(schema);
  }
};

const lowerFirst = (text: string): string => `${text[0]?.toLowerCase() ?? ''}${text.slice(1)}`;

const unknownKey = (key: string, schema: TSchema): string => {
  const known = Object.keys((schema as Partial<TObject>).properties ?? {});
  const shown = key.slice(0, 80);
  if (known.length === 0)
    return `"${shown}" cannot be a name here: expected letters, digits, - and _, a letter first`;
  return `unknown key "${shown}"${suggestion(key, known) || `; known are ${known.join(', ')}`}`;
};

const wanted = (schema: TSchema): string => {
  switch (schema[Kind]) {
    case 'Object':
    case 'Record':
      return 'expected a map';
    case 'Array':
      return 'expected a list';
    case 'Boolean':
      return 'expected true or false';
    case 'Integer':
      return `expected a whole number from ${schema['minimum']} to ${schema['maximum']}`;
    default:
      return `expected a value of another kind`;
  }
};

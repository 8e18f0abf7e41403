/** The text of a Terraform file in; a value that stands in it as it is, without any expression, out. */
import { isObject, type JsonObject, type JsonValue } from '../../shared/schema/json.ts';

/** What follows `name =`, the first time that it stands at the beginning of a line. @throws Error where it is no plain map. */
export const mapIn = (text: string, name: string): JsonObject => {
  const at = new RegExp(`^\\s*${name}\\s*=\\s*(?=\\{)`, 'm').exec(text);
  if (!at) throw new Error(`no map is named ${name}`);
  const tokens = [...text.slice(at.index + at[0].length).matchAll(tokenForm)]
    .map(([token]) => token)
    .filter((token) => !/^(?:#|\s)/.test(token));
  const value = valueIn(tokens);
  if (!isObject(value)) throw new Error(`${name} is no map`);
  return value;
};

const tokenForm = /#[^\n]*|\s+|"(?:[^"\\]|\\.)*"|[{}[\]=,]|[\w.-]+|[\s\S]/g;

/** Takes the tokens of one value. */
const valueIn = (tokens: string[]): JsonValue => {
  const token = tokens.shift() ?? '';
  if (token === '{') return membersIn(tokens);
  if (token === '[') return itemsIn(tokens);
  if (/^(?:"|-?\d|true$|false$|null$)/.test(token)) return JSON.parse(token);
  throw new Error(`${token} is no plain value`);
};

const membersIn = (tokens: string[]): JsonObject => {
  const members: Record<string, JsonValue> = {};
  while (tokens[0] !== '}') {
    const name = tokens.shift() ?? '';
    if (tokens.shift() !== '=') throw new Error(`no value follows ${name}`);
    members[name.replace(/^"(.*)"$/, '$1')] = valueIn(tokens);
    if (tokens[0] === ',') tokens.shift();
  }
  tokens.shift();
  return members;
};

const itemsIn = (tokens: string[]): JsonValue[] => {
  const items: JsonValue[] = [];
  while (tokens[0] !== ']') {
    items.push(valueIn(tokens));
    if (tokens[0] === ',') tokens.shift();
  }
  tokens.shift();
  return items;
};

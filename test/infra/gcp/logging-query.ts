/**
 * A filter in the language of Cloud Logging in, whether a log entry meets it out: as much of the language as our filters use.
 *
 * Written from https://cloud.google.com/logging/docs/view/logging-query-language: OR binds tighter than AND, texts are compared
 * without regard to case but by =~, a field that is not there meets no comparison, and `:` asks whether a text holds another.
 */
import { type JsonObject, type JsonValue, pathOf, textOf } from '../../../shared/schema/json.ts';

export type LoggingQuery = (entry: JsonObject) => boolean;

/** `isSampled`: what `sample` answers, which chooses by a digest that is Google's own. */
export const loggingQuery = (text: string, isSampled: boolean): LoggingQuery => {
  const tokens = tokensOf(text);
  const parser = parserOf(tokens, isSampled);
  const query = parser.conjunction();
  if (tokens.length > 0) throw new Error(`unexpected ${tokens[0]}`);
  return query;
};

/** In the order in which they are tried; the last is what cannot stand anywhere. */
const tokenForm =
  /--[^\n]*|\s+|"(?:[^"\\]|\\.)*"|=~|!~|!=|>=|<=|[=:<>(),]|[A-Za-z_][\w.]*|-?\d+(?:\.\d+)?|[\s\S]/g;

const tokensOf = (text: string): string[] =>
  [...text.matchAll(tokenForm)].map(([token]) => token).filter((token) => !/^(?:--|\s)/.test(token));

const parserOf = (tokens: string[], isSampled: boolean) => {
  const next = (): string => {
    const token = tokens.shift();
    if (token === undefined) throw new Error('unexpected end');
    return token;
  };
  const expect = (token: string): void => {
    const found = next();
    if (found !== token) throw new Error(`expected ${token}, found ${found}`);
  };
  const took = (token: string): boolean => {
    if (tokens[0] !== token) return false;
    tokens.shift();
    return true;
  };

  const conjunction = (): LoggingQuery => {
    const parts = [disjunction()];
    while (took('AND')) parts.push(disjunction());
    return (entry) => parts.every((part) => part(entry));
  };
  const disjunction = (): LoggingQuery => {
    const parts = [negation()];
    while (took('OR')) parts.push(negation());
    return (entry) => parts.some((part) => part(entry));
  };
  const negation = (): LoggingQuery => {
    if (!took('NOT')) return term();
    const query = term();
    return (entry) => !query(entry);
  };
  const term = (): LoggingQuery => {
    if (took('(')) {
      const query = conjunction();
      expect(')');
      return query;
    }
    const name = next();
    if (name === 'log_id') {
      const [id = ''] = callOf();
      return (entry) => logIdOf(entry) === id;
    }
    if (name === 'sample') {
      callOf();
      return () => isSampled;
    }
    return comparison(name.split('.'), next());
  };
  const callOf = (): readonly string[] => {
    expect('(');
    const words = [plain(next())];
    while (took(',')) words.push(plain(next()));
    expect(')');
    return words;
  };
  const comparison = (path: readonly string[], operator: string): LoggingQuery => {
    const holds = operators[operator];
    if (!holds) throw new Error(`${operator} compares nothing`);
    const words: string[] = [];
    if (took('(')) {
      do words.push(plain(next()));
      while (took('OR'));
      expect(')');
    } else words.push(plain(next()));
    return (entry) => words.some((word) => holds(pathOf(entry, ...path), word));
  };
  return { conjunction };
};

const plain = (token: string): string => (token.startsWith('"') ? String(JSON.parse(token)) : token);

const folded = (value: JsonValue | undefined): string => String(value).toLowerCase();

type Comparison = (value: JsonValue | undefined, word: string) => boolean;

const operators: Readonly<Record<string, Comparison>> = {
  '=': (value, word) => value !== undefined && folded(value) === word.toLowerCase(),
  ':': (value, word) => value !== undefined && folded(value).includes(word.toLowerCase()),
  '=~': (value, word) => value !== undefined && new RegExp(word).test(String(value)),
  '>': (value, word) => value !== undefined && Number(value) > Number(word),
};

/** The last part of the name of a log, which is written percent-encoded. */
const logIdOf = (entry: JsonObject): string | undefined => {
  const name = textOf(entry['logName']);
  return name === undefined ? undefined : decodeURIComponent(name.split('/logs/')[1] ?? '');
};

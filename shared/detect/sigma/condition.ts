/** The text of a Sigma condition in, its syntax tree out. */

export type Condition =
  | { readonly kind: 'identifier'; readonly name: string; readonly at: number }
  | {
      readonly kind: 'selector';
      readonly quantifier: 'any' | 'all';
      readonly pattern: string;
      readonly at: number;
    }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition };

/** A fault in a condition: what is wrong, and at which character, from 0. */
export class ConditionError extends Error {
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

interface Token {
  readonly text: string;
  readonly at: number;
}

const token = /\s*(?:([A-Za-z0-9_*-]+)|([()])|(\|)|(\S))/y;
const reserved = new Set(['and', 'or', 'not', 'of', 'all', 'any']);
/** Parentheses and negations deeper than this are no rule that a person wrote. */
const maxDepth = 100;

/** @throws ConditionError */
export const conditionOf = (text: string): Condition => {
  const tokens = tokensOf(text);
  if (tokens.length === 0) throw new ConditionError('the condition is empty', 0);
  const reader = new Reader(tokens, text.length);
  const condition = reader.or(0);
  const rest = reader.peek();
  if (rest) throw new ConditionError(`expected "and", "or" or the end, found "${rest.text}"`, rest.at);
  return condition;
};

const tokensOf = (text: string): readonly Token[] => {
  const tokens: Token[] = [];
  token.lastIndex = 0;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [, word, bracket, pipe, other] = match;
    const at = token.lastIndex - (word ?? bracket ?? pipe ?? other ?? '').length;
    if (pipe) {
      throw new ConditionError(
        'aggregations ("| count() ...") left Sigma with version 2: write a correlation rule',
        at,
      );
    }
    if (other) throw new ConditionError(`unexpected character "${other}"`, at);
    tokens.push({ text: word ?? bracket ?? '', at });
  }
  return tokens;
};

class Reader {
  readonly #tokens: readonly Token[];
  readonly #end: number;
  #place = 0;

  constructor(tokens: readonly Token[], end: number) {
    this.#tokens = tokens;
    this.#end = end;
  }

  peek(): Token | undefined {
    return this.#tokens[this.#place];
  }

  or(depth: number): Condition {
    return this.#joined('or', () => this.#and(depth));
  }

  #and(depth: number): Condition {
    return this.#joined('and', () => this.#not(depth));
  }

  #joined(kind: 'and' | 'or', part: () => Condition): Condition {
    const first = part();
    const of = [first];
    while (this.#take(kind)) of.push(part());
    return of.length === 1 ? first : { kind, of };
  }

  #not(depth: number): Condition {
    if (depth > maxDepth)
      throw new ConditionError(`nested deeper than ${maxDepth}`, this.peek()?.at ?? this.#end);
    return this.#take('not') ? { kind: 'not', of: this.#not(depth + 1) } : this.#primary(depth);
  }

  #primary(depth: number): Condition {
    const first = this.peek();
    if (!first) throw new ConditionError('the condition ends where a name was expected', this.#end);
    if (this.#take('(')) {
      const inner = this.or(depth + 1);
      if (!this.#take(')')) throw new ConditionError('a parenthesis is not closed', first.at);
      return inner;
    }
    this.#place++;
    if (this.peek()?.text === 'of') return this.#selector(first);
    if (reserved.has(first.text) || first.text === ')') {
      throw new ConditionError(`expected a name, found "${first.text}"`, first.at);
    }
    if (first.text.includes('*')) {
      throw new ConditionError(
        `"${first.text}" is a pattern: write "1 of ${first.text}" or "all of ${first.text}"`,
        first.at,
      );
    }
    return { kind: 'identifier', name: first.text, at: first.at };
  }

  #selector(count: Token): Condition {
    if (count.text !== '1' && count.text !== 'any' && count.text !== 'all') {
      throw new ConditionError(
        `only "1 of", "any of" and "all of" are known, found "${count.text} of"`,
        count.at,
      );
    }
    this.#place++;
    const pattern = this.peek();
    if (!pattern || reserved.has(pattern.text) || pattern.text === '(' || pattern.text === ')') {
      throw new ConditionError('expected "them" or a name after "of"', pattern?.at ?? this.#end);
    }
    this.#place++;
    return {
      kind: 'selector',
      quantifier: count.text === 'all' ? 'all' : 'any',
      pattern: pattern.text,
      at: pattern.at,
    };
  }

  #take(text: string): boolean {
    if (this.peek()?.text !== text) return false;
    this.#place++;
    return true;
  }
}

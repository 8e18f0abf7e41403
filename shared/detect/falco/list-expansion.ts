/** The text of a condition in, the same with the names of lists replaced by what the lists hold, out. */
import type { Budget } from './condition.ts';
import type { ListDefinition } from './definition.ts';

/** A list as it stands in conditions. */
export interface ExpandedList {
  readonly name: string;
  readonly isEmpty: boolean;
  readonly text: string;
}

/** In the order of definition, in which they are replaced. */
export interface ListTable {
  readonly lists: readonly ExpandedList[];
  readonly places: ReadonlyMap<string, number>;
  /** Places of lists whose names hold a delimiter, so that no word is ever one. */
  readonly oddPlaces: readonly number[];
}

const delimiters = ' \t\r\n(),=';
const blanks = ' \t\r\n';
const word = /[^ \t\r\n(),=]+/g;
const delimiter = /[ \t\r\n(),=]/;

/** @throws ConditionError */
export const listTableOf = (definitions: Iterable<ListDefinition>, budget: Budget): ListTable => {
  const ordered = [...definitions].toSorted((left, right) => left.index - right.index);
  const byName = new Map(ordered.map((list) => [list.name, list]));
  const lists = ordered.map((list) => expanded(list, byName, budget));
  return {
    lists,
    places: new Map(lists.map((list, place) => [list.name, place])),
    oddPlaces: lists.flatMap((list, place) => (delimiter.test(list.name) ? [place] : [])),
  };
};

/** A list in a list is opened here, one level deep; deeper ones are replaced as text where their turn comes later. */
const expanded = (
  list: ListDefinition,
  byName: ReadonlyMap<string, ListDefinition>,
  budget: Budget,
): ExpandedList => {
  const items: string[] = [];
  for (const item of list.items) {
    const inner = byName.get(item);
    const own = inner && inner.index < list.visibility ? inner.items : [item];
    budget.spend(own.length);
    for (const text of own) items.push(text);
  }
  const text = items.map(quotedIfSpaced).join(', ');
  budget.spend(text.length);
  return { name: list.name, isEmpty: items.length === 0, text };
};

/** A value that holds a space needs quotes to be read as one. */
export const quotedIfSpaced = (text: string): string =>
  text.includes(' ') && !text.startsWith('"') && !text.startsWith("'") ? `"${text}"` : text;

/** @throws ConditionError */
export const withListsExpanded = (condition: string, table: ListTable, budget: Budget): string => {
  let text = condition;
  for (let place = firstPlace(text, table, 0); place >= 0; place = firstPlace(text, table, place + 1)) {
    const list = table.lists[place];
    budget.spend(text.length);
    if (list) text = replaced(text, list, budget);
  }
  return text;
};

/** The first list, from a place on, that the text names; -1 where it names none. */
const firstPlace = (text: string, table: ListTable, from: number): number => {
  let first = -1;
  const offer = (place: number | undefined): void => {
    if (place !== undefined && place >= from && (first < 0 || place < first)) first = place;
  };
  for (const [found] of text.matchAll(word)) offer(table.places.get(found));
  for (const place of table.oddPlaces) if (text.includes(table.lists[place]?.name ?? '')) offer(place);
  return first;
};

const replaced = (text: string, list: ExpandedList, budget: Budget): string => {
  const pieces: string[] = [];
  let from = 0;
  for (let start = text.indexOf(list.name); start >= 0; start = text.indexOf(list.name, start + 1)) {
    let end = start + list.name.length;
    if (start < from || !isDelimited(text, start, end)) continue;
    pieces.push(text.slice(from, start));
    trimEnd(pieces);
    while (isOneOf(blanks, text[end])) end++;
    if (list.isEmpty) {
      if (pieces.at(-1)?.endsWith(',')) pieces.push((pieces.pop() ?? '').slice(0, -1));
      else if (text[end] === ',') end++;
    }
    budget.spend(list.text.length + 2);
    pieces.push(` ${list.text} `);
    from = end;
  }
  pieces.push(text.slice(from));
  return pieces.join('');
};

const isOneOf = (set: string, character: string | undefined): boolean =>
  character !== undefined && set.includes(character);

const isDelimited = (text: string, start: number, end: number): boolean =>
  (start === 0 || isOneOf(delimiters, text[start - 1])) &&
  (end >= text.length || isOneOf(delimiters, text[end]));

/** Takes the blanks off the end of what has been put together so far. */
const trimEnd = (pieces: string[]): void => {
  for (let last = pieces.pop(); last !== undefined; last = pieces.pop()) {
    let end = last.length;
    while (end > 0 && isOneOf(blanks, last[end - 1])) end--;
    if (end === 0) continue;
    pieces.push(last.slice(0, end));
    return;
  }
};

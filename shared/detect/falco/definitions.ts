/** Items in the order of their files in, the lists, macros and rules that they leave behind out. */
import { type Counter, type ListDefinition, type MacroDefinition, placeOf } from './definition.ts';
import {
  complain,
  type Item,
  type ItemReader,
  type Report,
  requiredName,
  requiredText,
  requiredTexts,
} from './items.ts';
import { changesOf } from './override.ts';
import { type RuleDefinition, takeRule } from './rule-definition.ts';

export interface Definitions extends Counter {
  readonly lists: Map<string, ListDefinition>;
  readonly macros: Map<string, MacroDefinition>;
  readonly rules: Map<string, RuleDefinition>;
}

export const noDefinitions = (): Definitions => ({
  lists: new Map(),
  macros: new Map(),
  rules: new Map(),
  count: 0,
});

export const takeItem = (item: Item, definitions: Definitions, report: Report): void => {
  const reader = { item, report };
  if (item.kind === 'list') takeList(reader, definitions);
  else if (item.kind === 'macro') takeMacro(reader, definitions);
  else if (item.kind === 'rule') takeRule(reader, definitions.rules, definitions);
};

const takeList = (reader: ItemReader, definitions: Definitions): void => {
  const { lists } = definitions;
  const name = requiredName(reader);
  const items = requiredTexts(reader, 'items');
  const changes = changesOf(reader, { append: ['items'], replace: ['items'], oldAppend: ['items'] });
  if (name === undefined || items === undefined || changes === 'faulty') return;
  const earlier = lists.get(name);
  if (changes && !earlier) {
    complain(reader, [], `no list is named "${name}", so nothing can be added to it`);
    return;
  }
  const isAppended = changes?.get('items') === 'append';
  lists.set(name, {
    ...placeOf(name, earlier, reader, definitions),
    items: isAppended ? [...(earlier?.items ?? []), ...items] : items,
  });
};

const takeMacro = (reader: ItemReader, definitions: Definitions): void => {
  const { macros } = definitions;
  const name = requiredName(reader);
  const condition = requiredText(reader, 'condition');
  const changes = changesOf(reader, {
    append: ['condition'],
    replace: ['condition'],
    oldAppend: ['condition'],
  });
  if (name === undefined || condition === undefined || changes === 'faulty') return;
  const earlier = macros.get(name);
  if (changes && !earlier) {
    complain(reader, [], `no macro is named "${name}", so nothing can be added to it`);
    return;
  }
  const isAppended = changes?.get('condition') === 'append';
  macros.set(name, {
    ...placeOf(name, earlier, reader, definitions),
    condition: isAppended ? `${earlier?.condition ?? ''} ${condition}` : condition,
    position: reader.item.positionOf(['condition']),
  });
};

/** The `append` and `override` of an item in, what it does to an earlier definition of its name out. */
import { isObject } from '../../schema/json.ts';
import { complain, type ItemReader, truthOf, warn } from './items.ts';

/** Each key that changes the earlier definition, and how; undefined where the item is a definition of its own. */
export type Changes = ReadonlyMap<string, 'append' | 'replace'>;

export interface Changeable {
  readonly append: readonly string[];
  readonly replace: readonly string[];
  /** What the old `append: true` adds to. */
  readonly oldAppend: readonly string[];
}

/** Answers `faulty` where the item cannot be used; the fault is reported. */
export const changesOf = (reader: ItemReader, changeable: Changeable): Changes | undefined | 'faulty' => {
  const { body } = reader.item;
  const appends = truthOf(reader, 'append', false);
  if (appends === undefined) return 'faulty';
  if (body.override === undefined) return appends ? oldAppend(reader, changeable) : undefined;
  if (appends) {
    complain(reader, ['append'], '"append" and "override" cannot be used together');
    return 'faulty';
  }
  return overrides(reader, changeable);
};

const oldAppend = (reader: ItemReader, { oldAppend: keys }: Changeable): Changes => {
  const present = keys.filter((key) => reader.item.body[key] !== undefined);
  const advice = present.map((key) => `${key}: append`).join(', ');
  warn(reader, ['append'], `"append" is deprecated: write override: { ${advice} }`);
  return new Map(present.map((key) => [key, 'append']));
};

const overrides = (reader: ItemReader, changeable: Changeable): Changes | 'faulty' => {
  const { body } = reader.item;
  const { override } = body;
  if (!isObject(override)) {
    complain(reader, ['override'], '"override" has to be a map of keys, each with append or replace');
    return 'faulty';
  }
  const changes = new Map<string, 'append' | 'replace'>();
  let isFaulty = false;
  const fault = (path: readonly string[], message: string): void => {
    isFaulty = true;
    complain(reader, path, message);
  };
  for (const [key, how] of Object.entries(override)) {
    if (how !== 'append' && how !== 'replace') {
      fault(['override', key], `"${key}" may be append or replace, not "${String(how)}"`);
    } else if (!changeable[how].includes(key))
      fault(['override', key], `"${key}" cannot be used with "${how}"`);
    else if (body[key] === undefined)
      fault(['override', key], `"${key}" is to be overridden, but is missing`);
    else changes.set(key, how);
  }
  const known = new Set([...changeable.append, ...changeable.replace]);
  const unnamed = Object.keys(body).filter((key) => known.has(key) && !Object.hasOwn(override, key));
  for (const key of unnamed) fault([key], `"${key}" has no entry under "override"`);
  return isFaulty ? 'faulty' : changes;
};

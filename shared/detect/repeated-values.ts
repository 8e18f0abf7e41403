/**
 * What comes again and again in events: who calls, with what program, in which namespace, and which annotations and extra
 * attributes there are at all. Events that no rule can tell apart by these are one class, and events of one route and the
 * same classes meet the same rules.
 */
import type { AuditEvent } from '../schema/audit-event.ts';
import { Recent } from '../schema/recent.ts';
import type { Answers, TestNumbers } from './answers.ts';
import type { Test } from './expression.ts';

/** One of them. */
interface Facet {
  /** A number for all that its tests ask about; undefined where an event has it in no usual place. */
  readonly classOf: (event: AuditEvent, answers: Answers) => number | undefined;
  /** Whether every event of this one's class gives the test the same answer. */
  readonly decides: (test: Test, event: AuditEvent) => boolean;
}

export class ClassesOfEvents {
  readonly #facets: readonly Facet[];
  readonly #classes: number[] = [];

  constructor(tests: Iterable<Test>, numbers: TestNumbers) {
    const distinct = [...new Map([...tests].map((test) => [test.key, test])).values()];
    this.#facets = [
      ...repeatedFields.map((field) => new RepeatedValues(field, distinct, numbers)),
      ...keyedParts.map((part) => new KeysThere(part, distinct)),
    ];
  }

  /** The classes of an event, until the next one is asked for; undefined where one of them cannot be told. */
  of(event: AuditEvent, answers: Answers): readonly number[] | undefined {
    if (event.audit === undefined) return undefined;
    for (let at = 0; at < this.#facets.length; at++) {
      const own = this.#facets[at]?.classOf(event, answers);
      if (own === undefined) return undefined;
      this.#classes[at] = own;
    }
    return this.#classes;
  }

  /** Whether every event of the same classes gives the test the same answer as this one. */
  decide(test: Test, event: AuditEvent): boolean {
    return this.#facets.some((facet) => facet.decides(test, event));
  }
}

/** A field of one text. */
interface RepeatedField {
  /** The names by which rules know it. */
  readonly names: readonly string[];
  readonly valueOf: (event: AuditEvent) => string | undefined;
  /** Whether all its names lead to that value in this event. */
  readonly isPlain: (event: AuditEvent) => boolean;
}

const repeatedFields: readonly RepeatedField[] = [
  {
    names: ['user.username', 'actor.name'],
    valueOf: ({ actor }) => actor.name,
    isPlain: ({ audit, actor }) => audit?.user?.username === actor.name && !Array.isArray(audit?.user),
  },
  {
    names: ['userAgent', 'client.userAgent'],
    valueOf: ({ client }) => client.userAgent,
    isPlain: ({ audit, client }) => audit?.userAgent === client.userAgent,
  },
  {
    names: ['objectRef.namespace', 'target.namespace'],
    valueOf: ({ target }) => target.namespace,
    isPlain: ({ audit, target }) => audit?.objectRef?.namespace === target.namespace,
  },
];

const isText = (value: unknown): boolean => value === undefined || typeof value === 'string';

/** A caller that makes up values fills no memory with them. */
const rememberedValues = 8192;
/** A rule set that tells more values of one field apart goes without. */
const maxClasses = 1024;

/** A value is looked up by its text; no text starts with what stands for none. */
const absent = '\u0000absent';

class RepeatedValues implements Facet {
  readonly #field: RepeatedField;
  readonly #tests: readonly { readonly number: number; readonly test: Test }[];
  readonly #classes = new Map<string, number>();
  readonly #known = new Recent<number>(rememberedValues);
  #last: string | undefined;
  #lastClass: number | undefined;

  constructor(field: RepeatedField, tests: readonly Test[], numbers: TestNumbers) {
    this.#field = field;
    this.#tests = tests
      .filter((test) => this.decides(test))
      .map((test) => ({ number: numbers.of(test), test }));
  }

  decides({ field }: Test): boolean {
    return field !== undefined && this.#field.names.includes(field);
  }

  classOf(event: AuditEvent, answers: Answers): number | undefined {
    const value = this.#field.valueOf(event);
    if (!isText(value) || !this.#field.isPlain(event)) return undefined;
    const name = value ?? absent;
    // One caller often asks several times in a row, and to compare two texts is cheaper than to look one up.
    if (name !== this.#last) {
      let found = this.#known.get(name);
      if (found === undefined) {
        found = this.#classIn(answers);
        if (found === undefined) return undefined;
        this.#known.put(name, found);
      }
      this.#last = name;
      this.#lastClass = found;
    }
    return this.#lastClass;
  }

  /** Values that give every test the same answer are one class. */
  #classIn(answers: Answers): number | undefined {
    const name = this.#tests.map(({ number, test }) => (answers.of(number, test) ? '1' : '0')).join('');
    const known = this.#classes.get(name);
    if (known !== undefined) return known;
    if (this.#classes.size >= maxClasses) return undefined;
    this.#classes.set(name, this.#classes.size);
    return this.#classes.size - 1;
  }
}

/** A map of which an event has some keys. Most rules that ask about one of them ask for what is seldom there. */
interface KeyedPart {
  /** What the name of a field begins with that is one of its keys. */
  readonly prefix: string;
  readonly mapOf: (event: AuditEvent) => Readonly<Record<string, unknown>> | undefined;
}

const keyedParts: readonly KeyedPart[] = [
  { prefix: 'annotations.', mapOf: ({ audit }) => audit?.annotations },
  { prefix: 'user.extra.', mapOf: ({ audit }) => audit?.user?.extra },
];

/** Each key is one bit of a small number. */
const maxKeys = 30;

class KeysThere implements Facet {
  readonly #part: KeyedPart;
  readonly #bits: ReadonlyMap<string, number>;

  constructor(part: KeyedPart, tests: readonly Test[]) {
    this.#part = part;
    const keys = new Set(tests.flatMap(({ field }) => keyIn(part, field) ?? []));
    this.#bits = new Map([...keys].slice(0, maxKeys).map((key, at) => [key, 1 << at]));
  }

  decides({ field, isPresence }: Test, event: AuditEvent): boolean {
    const key = keyIn(this.#part, field);
    if (key === undefined || !this.#bits.has(key)) return false;
    return isPresence === true || this.#part.mapOf(event)?.[key] === undefined;
  }

  classOf(event: AuditEvent): number {
    const map = this.#part.mapOf(event);
    let keys = 0;
    for (const key in map) {
      const bit = this.#bits.get(key);
      if (bit !== undefined && map[key] !== undefined) keys |= bit;
    }
    return keys;
  }
}

const keyIn = ({ prefix }: KeyedPart, field: string | undefined): string | undefined =>
  field?.startsWith(prefix) === true ? field.slice(prefix.length) : undefined;

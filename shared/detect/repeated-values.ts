/**
 * Fields whose values come again and again: who calls, with what program, in which namespace. Values that no rule can
 * tell apart are one class, and events of one route and the same classes meet the same rules.
 */
import type { AuditEvent } from '../schema/audit-event.ts';
import { Recent } from '../schema/recent.ts';
import type { Answers, TestNumbers } from './answers.ts';
import type { Test } from './expression.ts';

interface RepeatedField {
  /** The names by which rules know it. */
  readonly names: readonly string[];
  readonly valueOf: (event: AuditEvent) => string | undefined;
  /** Whether all its names lead to that value in this event. */
  readonly isPlain: (event: AuditEvent) => boolean;
}

const isText = (value: unknown): boolean => value === undefined || typeof value === 'string';

const fields: readonly RepeatedField[] = [
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

/** A caller that makes up values fills no memory with them. */
const rememberedValues = 8192;
/** So many classes of a field fit a key; a rule set that tells more apart goes without. */
const maxClasses = 1024;

/** A value is looked up by its text; no text starts with what stands for none. */
const absent = '\u0000absent';

export class ClassesOfEvents {
  readonly #fields: readonly ClassedField[];

  constructor(tests: Iterable<Test>, numbers: TestNumbers) {
    const distinct = new Map([...tests].map((test) => [test.key, test]));
    this.#fields = fields.map(
      (field) =>
        new ClassedField(
          field,
          [...distinct.values()].filter(
            (test) => test.field !== undefined && field.names.includes(test.field),
          ),
          numbers,
        ),
    );
  }

  /** A number for the classes of an event's values; undefined where they are not plain texts in their usual places. */
  of(event: AuditEvent, answers: Answers): number | undefined {
    if (event.audit === undefined) return undefined;
    let key = 0;
    for (const field of this.#fields) {
      const part = field.classOf(event, answers);
      if (part === undefined) return undefined;
      key = key * maxClasses + part;
    }
    return key;
  }
}

/** Whether all events of one class give the test the same answer. */
export const isOfRepeatedField = ({ field }: Test): boolean =>
  field !== undefined && fields.some(({ names }) => names.includes(field));

class ClassedField {
  readonly #field: RepeatedField;
  readonly #tests: readonly { readonly number: number; readonly test: Test }[];
  readonly #classes = new Map<string, number>();
  readonly #known = new Recent<number>(rememberedValues);

  constructor(field: RepeatedField, tests: readonly Test[], numbers: TestNumbers) {
    this.#field = field;
    this.#tests = tests.map((test) => ({ number: numbers.of(test), test }));
  }

  classOf(event: AuditEvent, answers: Answers): number | undefined {
    const value = this.#field.valueOf(event);
    if (!isText(value) || !this.#field.isPlain(event)) return undefined;
    const name = value ?? absent;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const found = this.#classIn(answers);
    if (found !== undefined) this.#known.put(name, found);
    return found;
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

/** An event as rules look at it: its audit or native record under its own names, our fields, and the derived views. */
import type { AuditEvent } from '../schema/audit-event.ts';
import type { JsonObject, JsonValue } from '../schema/json.ts';
import type { KubernetesAuditEvent } from '../schema/kubernetes-audit.ts';
import { viewNames, viewOf } from './derived-views.ts';
import type { Enricher } from './enrich/enricher.ts';
import {
  type Collected,
  collect,
  collectBelow,
  type EventReader,
  type FieldPath,
  Many,
  type Segment,
} from './field-path.ts';
import { isOfOtherRecords } from './routing.ts';
import type { Scope } from './scope.ts';

/** Parts of an AuditEvent that rules may name. Its `kind` and `time` are left to the record's own fields. */
export const eventParts = ['origin', 'actor', 'client', 'action', 'target', 'outcome'] as const;

/** A list of texts needs no flattening, and so no copy. */
const textsAsTheyAre = (list: readonly string[] | undefined): Collected =>
  Array.isArray(list) && areTexts(list) ? new Many(list) : collect(list as JsonValue | undefined, [], 0);

/** A plain loop: this looks at the groups of every caller. */
const areTexts = (list: readonly unknown[]): boolean => {
  for (const member of list) if (typeof member !== 'string') return false;
  return true;
};

/** Fields of audit events that most rules ask for, read without a walk. */
const direct: ReadonlyMap<string, (audit: KubernetesAuditEvent) => Collected> = new Map<
  string,
  (audit: KubernetesAuditEvent) => Collected
>([
  ['auditID', (audit) => audit.auditID],
  ['user.username', (audit) => audit.user?.username],
  ['user.groups', (audit) => textsAsTheyAre(audit.user?.groups)],
  ['userAgent', (audit) => audit.userAgent],
  ['requestURI', (audit) => audit.requestURI],
  ['verb', (audit) => audit.verb],
  ['objectRef.resource', (audit) => audit.objectRef?.resource],
  ['objectRef.subresource', (audit) => audit.objectRef?.subresource],
  ['objectRef.namespace', (audit) => audit.objectRef?.namespace],
  ['objectRef.name', (audit) => audit.objectRef?.name],
  ['objectRef.apiGroup', (audit) => audit.objectRef?.apiGroup],
  ['responseStatus.code', (audit) => audit.responseStatus?.code],
  ['responseStatus.message', (audit) => audit.responseStatus?.message],
]);

/** Annotations, and what authenticators add to a user, lie under keys with dots: the rest of the path is one key. */
const underDottedKey = (text: string): ((audit: KubernetesAuditEvent) => Collected) | undefined => {
  if (text.startsWith('annotations.')) {
    const key = text.slice('annotations.'.length);
    return ({ annotations }) => ownValue(annotations, key);
  }
  if (text.startsWith('user.extra.')) {
    const key = text.slice('user.extra.'.length);
    return ({ user }) => {
      const list = ownValue(user?.extra, key);
      return list?.length === 1 && typeof list[0] === 'string' ? list[0] : textsAsTheyAre(list);
    };
  }
  return undefined;
};

const ownValue = <T>(map: Readonly<Record<string, T>> | undefined, key: string): T | undefined =>
  map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined;

const nothing = (): undefined => undefined;

const readerFor = (path: FieldPath): EventReader => {
  const { segments, text } = path;
  const first = segments[0]?.name ?? '';
  const part = eventParts.find((name) => name === first);
  if (part !== undefined) return memberReader((event) => event[part] as JsonObject, segments);
  if (viewNames.includes(first)) return memberReader((_, viewNamed) => viewNamed(first), segments);
  const read =
    direct.get(text) ??
    underDottedKey(text) ??
    (isOfOtherRecords(first) ? nothing : (audit) => collectBelow(audit as JsonObject, segments));
  return ({ audit, native }) => {
    if (audit) return read(audit);
    // A key that is the whole path, dots and all, comes before the path it could be. API servers write no such keys.
    if (native && segments.length > 1 && Object.hasOwn(native, text))
      return collect(native[text], segments, segments.length);
    return collect(native, segments, 0);
  };
};

type ObjectReader = (...asked: Parameters<EventReader>) => JsonObject | undefined;

/** Most paths into a part of an event lead to one of its own texts: that is found without a walk. */
const memberReader = (objectIn: ObjectReader, segments: readonly Segment[]): EventReader => {
  const walk = (object: JsonObject | undefined): Collected => collect(object, segments, 1);
  const [, member, ...below] = segments;
  if (!member || member.index !== undefined || member.inherited || below.length > 0)
    return (...asked) => walk(objectIn(...asked));
  const { name } = member;
  return (event, viewNamed) => {
    const object = objectIn(event, viewNamed);
    const value = object?.[name];
    return typeof value === 'string' ? value : walk(object);
  };
};

/** What has been derived of the current event. */
interface Derived {
  /** Counts the events, so that nothing has to be cleared between them. */
  event: number;
  view: JsonObject | undefined;
}

export class EventScope implements Scope {
  #event: AuditEvent;
  #count = 0;
  readonly #views = new Map<string, Derived>();
  /** By path: what it led to, and in which event. Many rules ask for the same fields. */
  readonly #found: Collected[] = [];
  readonly #foundIn: number[] = [];
  readonly #enricher: Enricher | undefined;

  constructor(event: AuditEvent, enricher?: Enricher) {
    this.#event = event;
    this.#enricher = enricher;
  }

  /** Turns to another event; all that was derived is forgotten. */
  turnTo(event: AuditEvent): void {
    this.#event = event;
    this.#count++;
  }

  valuesAt(path: FieldPath): Collected {
    const { number } = path;
    if (this.#foundIn[number] === this.#count) return this.#found[number];
    path.reader ??= readerFor(path);
    const found = path.reader(this.#event, this.#viewNamed);
    this.#foundIn[number] = this.#count;
    this.#found[number] = found;
    return found;
  }

  whole(): JsonValue | undefined {
    return (this.#event.audit as JsonObject | undefined) ?? this.#event.native;
  }

  hasView(name: string): boolean {
    return this.#viewNamed(name) !== undefined;
  }

  readonly #viewNamed = (name: string): JsonObject | undefined => {
    let derived = this.#views.get(name);
    if (derived?.event === this.#count) return derived.view;
    const view = viewOf(name, this.#event, this.#enricher);
    if (derived === undefined) {
      derived = { event: this.#count, view };
      this.#views.set(name, derived);
    } else {
      derived.event = this.#count;
      derived.view = view;
    }
    return view;
  };
}

/** An event as rules look at it: its audit or native record under its own names, our fields, and the derived views. */
import type { AuditEvent } from '../schema/audit-event.ts';
import type { JsonObject, JsonValue } from '../schema/json.ts';
import { viewNames, viewOf } from './derived-views.ts';
import { type Collected, collect, collectBelow, type FieldPath } from './field-path.ts';
import type { Scope } from './scope.ts';

/** Parts of an AuditEvent that rules may name. Its `kind` and `time` are left to the record's own fields. */
const eventParts = ['origin', 'actor', 'client', 'action', 'target', 'outcome'] as const;
type EventPart = (typeof eventParts)[number];

/** Where a path begins that does not begin in the record itself. */
const roots: ReadonlyMap<string, 'part' | 'view'> = new Map([
  ...eventParts.map((name) => [name, 'part'] as const),
  ...viewNames.map((name) => [name, 'view'] as const),
]);

export class EventScope implements Scope {
  #event: AuditEvent;
  #views = new Map<string, JsonObject | undefined>();

  constructor(event: AuditEvent) {
    this.#event = event;
  }

  /** Turns to another event; all that was derived is forgotten. */
  turnTo(event: AuditEvent): void {
    this.#event = event;
    if (this.#views.size > 0) this.#views.clear();
  }

  valuesAt(path: FieldPath): Collected {
    const first = path.segments[0]?.name ?? '';
    const root = roots.get(first);
    if (root === 'part') return collect(this.#event[first as EventPart] as JsonObject, path.segments, 1);
    if (root === 'view') return collect(this.#view(first), path.segments, 1);
    const { audit, native } = this.#event;
    if (audit) return collectBelow(audit as JsonObject, path.segments);
    // A key that is the whole path, dots and all, comes before the path it could be. API servers write no such keys.
    if (native && path.segments.length > 1 && Object.hasOwn(native, path.text))
      return collect(native[path.text], path.segments, path.segments.length);
    return collect(native, path.segments, 0);
  }

  whole(): JsonValue | undefined {
    return (this.#event.audit as JsonObject | undefined) ?? this.#event.native;
  }

  hasView(name: string): boolean {
    return this.#view(name) !== undefined;
  }

  #view(name: string): JsonObject | undefined {
    if (this.#views.has(name)) return this.#views.get(name);
    const view = viewOf(name, this.#event);
    this.#views.set(name, view);
    return view;
  }
}

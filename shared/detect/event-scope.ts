/** An event as rules look at it: its audit or native record under its own names, our fields, and the derived views. */
import type { AuditEvent } from '../schema/audit-event.ts';
import { isObject, type JsonObject, type JsonValue } from '../schema/json.ts';
import { type Collected, collect, type FieldPath } from './field-path.ts';
import type { Scope } from './scope.ts';
import { callerOf } from './views/caller.ts';
import { certificateRequestOf } from './views/certificate-request.ts';
import { commandViewOf } from './views/command.ts';
import { rbacOf } from './views/rbac.ts';
import { serviceOf } from './views/service.ts';
import { webhookOf } from './views/webhook.ts';
import { workloadOf } from './views/workload.ts';

/** Derived once an event, and only if a rule asks. */
const views: Readonly<Record<string, (event: AuditEvent) => JsonObject | undefined>> = {
  workload: workloadOf,
  rbac: rbacOf,
  service: serviceOf,
  webhook: webhookOf,
  command: commandViewOf,
  caller: callerOf,
  certificateRequest: certificateRequestOf,
};

export const viewNames = Object.keys(views);

/** Parts of an AuditEvent that rules may name. Its `kind` and `time` are left to the record's own fields. */
const eventParts = ['origin', 'actor', 'client', 'action', 'target', 'outcome'] as const;
type EventPart = (typeof eventParts)[number];

const isEventPart = new Set<string>(eventParts);

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
    if (isEventPart.has(first)) {
      return collect(this.#event[first as EventPart] as unknown as JsonObject, path.segments, 1);
    }
    if (Object.hasOwn(views, first)) return collect(this.#view(first), path.segments, 1);
    const record = this.whole();
    // A key that is the whole path, dots and all, comes before the path it could be.
    if (path.segments.length > 1 && isObject(record) && Object.hasOwn(record, path.text))
      return collect(record[path.text], path.segments, path.segments.length);
    return collect(record, path.segments, 0);
  }

  whole(): JsonValue | undefined {
    return (this.#event.audit as JsonObject | undefined) ?? this.#event.native;
  }

  #view(name: string): JsonObject | undefined {
    if (this.#views.has(name)) return this.#views.get(name);
    const view = views[name]?.(this.#event);
    this.#views.set(name, view);
    return view;
  }
}

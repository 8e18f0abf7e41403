/** The parts of an event that not every event has: how the derived views are made, and which routes rule a part out. */
import type { AuditEvent } from '../schema/audit-event.ts';
import type { JsonObject } from '../schema/json.ts';
import type { Enricher } from './enrich/enricher.ts';
import type { FieldPath } from './field-path.ts';
import { callerOf } from './views/caller.ts';
import { canAskForCertificate, certificateRequestOf } from './views/certificate-request.ts';
import { canRunCommand, commandViewOf } from './views/command.ts';
import { canConfigure, configurationOf } from './views/configuration.ts';
import { canAskOverHttp, httpViewOf } from './views/http.ts';
import { principalOf } from './views/principal.ts';
import { programOf } from './views/program.ts';
import { canTellOfPull, pullOf } from './views/pull.ts';
import { canGrant, rbacOf } from './views/rbac.ts';
import { canExpose, serviceOf } from './views/service.ts';
import { canConfigureWebhooks, webhookOf } from './views/webhook.ts';
import { canHoldWorkload, workloadOf } from './views/workload.ts';

interface DerivedView {
  /** Derived once an event, and only if a rule asks. */
  readonly of: (event: AuditEvent, enricher?: Enricher) => JsonObject | undefined;
  /**
   * Whether an event of this one's route can have the view. It may look at nothing but what the route is made of (verb,
   * resource, subresource, dialect), since what it says is taken for every event of the route.
   */
  readonly isPossible: (event: AuditEvent) => boolean;
}

const views: ReadonlyMap<string, DerivedView> = new Map(
  Object.entries<DerivedView>({
    workload: { of: workloadOf, isPossible: canHoldWorkload },
    rbac: { of: rbacOf, isPossible: canGrant },
    service: { of: serviceOf, isPossible: canExpose },
    webhook: { of: webhookOf, isPossible: canConfigureWebhooks },
    configuration: { of: configurationOf, isPossible: canConfigure },
    command: { of: commandViewOf, isPossible: canRunCommand },
    http: { of: httpViewOf, isPossible: canAskOverHttp },
    pull: { of: pullOf, isPossible: canTellOfPull },
    caller: { of: callerOf, isPossible: () => true },
    principal: { of: principalOf, isPossible: () => true },
    program: { of: programOf, isPossible: () => true },
    certificateRequest: { of: certificateRequestOf, isPossible: canAskForCertificate },
  }),
);

export const viewNames: readonly string[] = [...views.keys()];

export const viewOf = (name: string, event: AuditEvent, enricher?: Enricher): JsonObject | undefined =>
  views.get(name)?.of(event, enricher);

/** The part that a path leads into: a view, or whom a caller acts as. */
export const partIn = (path: FieldPath): string | undefined => {
  const [first, second] = path.segments;
  if (first?.name === 'impersonatedUser' || second?.name === 'impersonates') return impersonation;
  return first !== undefined && views.has(first.name) ? first.name : undefined;
};

const impersonation = 'impersonatedUser';

/** Whether no event of this one's route has the part. */
export const isRuledOut = (part: string, event: AuditEvent): boolean =>
  part === impersonation
    ? event.audit !== undefined && event.audit.impersonatedUser === undefined
    : views.get(part)?.isPossible(event) === false;

/** Rules, routes and ports in; what every cloud's function does with a delivery, out. */

import { type DeliveryReport, deliver } from '../shared/alert/deliver.ts';
import { createInvestigation, type Investigation } from '../shared/alert/investigation.ts';
import { routesTo } from '../shared/alert/route.ts';
import type { AlertSink, DeadLetter } from '../shared/alert/sink.ts';
import { archiveBatch } from '../shared/archive/archive-batch.ts';
import { keepObjects } from '../shared/archive/keep.ts';
import type { ArchiveForm } from '../shared/archive/line.ts';
import { type ManifestSummary, writeManifest } from '../shared/archive/write-manifest.ts';
import { decode } from '../shared/decode/decode.ts';
import type { Enricher } from '../shared/detect/enrich/enricher.ts';
import type { Rule } from '../shared/detect/rule.ts';
import { type Account, emptyAccount, nothingSeen, processDelivery } from '../shared/pipeline.ts';
import type { ArchiveStore, Clock, Pause, Random, StateStore } from '../shared/ports.ts';
import type { Route } from '../shared/settings/settings.ts';

export interface Ports {
  readonly state: StateStore;
  readonly archive: ArchiveStore;
  readonly sinks: readonly AlertSink[];
  readonly deadLetter: DeadLetter;
  readonly now: Clock;
  readonly pause: Pause;
  readonly random: Random;
}

export interface PipelineOptions {
  readonly rules: readonly Rule[];
  readonly enricher?: Enricher | undefined;
  readonly routes: readonly Route[];
  readonly archiveForm: ArchiveForm;
  /** Attempts to give alerts end after so long: well below the time that the function has. */
  readonly alertBudgetMs?: number | undefined;
}

/** What became of a delivery. Its account adds up: records = events + rejected + duplicates + dropped. */
export interface Outcome extends DeliveryReport {
  readonly account: Account;
  /** Objects of the archive that hold it, those that were there before counted as well. */
  readonly archived: number;
  /** Alerts that the rules raised. */
  readonly alerts: number;
}

export interface Pipeline {
  /**
   * Archives a delivery, tells memory, and gives its alerts, in this order, each step only once the one before it is
   * done. It may be called with several deliveries at a time.
   * @param arrived when the delivery says that it came, epoch milliseconds: never the clock's word.
   * @throws KlaxonError where a step failed: then the delivery has to come again, and what was done is not done twice.
   */
  readonly process: (delivery: unknown, arrived?: number) => Promise<Outcome>;
  /** Gives alerts on what has fallen silent. Every few minutes. */
  readonly tick: () => Promise<DeliveryReport>;
  /** Chains what was archived into the next manifest. Every hour, and once a day without bounds. */
  readonly writeManifest: (lookBackDays?: number) => Promise<ManifestSummary>;
}

export const startPipeline = (options: PipelineOptions, ports: Ports): Pipeline => {
  const { rules, enricher, archiveForm, alertBudgetMs } = options;
  const { state, archive, now } = ports;
  const names = ports.sinks.map(({ name }) => name);
  const delivery = { ...ports, routes: routesTo(names, options.routes), budgetMs: alertBudgetMs };
  /** Those that no delivery uses: what they know of memory and of rules is worth keeping. */
  const idle: Investigation[] = [];

  /** One that fails midway is left to itself, with all that it held. */
  const investigated = async <T>(work: (investigation: Investigation) => Promise<T>): Promise<T> => {
    const investigation = idle.pop() ?? createInvestigation({ rules, enricher, state, now, suppress: true });
    const result = await work(investigation);
    idle.push(investigation);
    return result;
  };

  return {
    process: (content, arrived) =>
      investigated(async (investigation) => {
        const account = emptyAccount();
        const batch = archiveBatch({ form: archiveForm, arrived });
        processDelivery(decode(content), nothingSeen(), account, {
          onEvent: (event, record) => {
            batch.add(event, record);
            investigation.take(event);
          },
          onRejection: batch.reject,
        });
        const objects = batch.takeAll();
        await keepObjects(archive, objects);
        await investigation.settle();
        const alerts = await investigation.alerts();
        return {
          account,
          archived: objects.length,
          alerts: alerts.length,
          ...(await deliver(alerts, delivery)),
        };
      }),
    tick: () =>
      investigated(async (investigation) => {
        await investigation.tick();
        return deliver(await investigation.alerts(), delivery);
      }),
    writeManifest: (lookBackDays) => writeManifest(archive, { now: now(), lookBackDays }),
  };
};

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
import type { Decoded } from '../shared/decode/decoding.ts';
import type { DetectorOptions } from '../shared/detect/detect.ts';
import type { Enricher } from '../shared/detect/enrich/enricher.ts';
import type { Rule } from '../shared/detect/rule.ts';
import { type Account, emptyAccount, nothingSeen, processDelivery } from '../shared/pipeline.ts';
import type { ArchiveObject, ArchiveStore, Clock, Pause, Random, StateStore } from '../shared/ports.ts';
import type { EnvelopeOrigin, Rejection } from '../shared/schema/raw-record.ts';
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
  /** Of the Falco rules that hold for an event only the first is alerted. */
  readonly firstOf?: DetectorOptions['firstOf'];
}

/** What is known of a delivery besides what it holds. */
export interface Arrival {
  /** When the delivery says itself that it came, epoch milliseconds: never the clock's word. */
  readonly arrived?: number | undefined;
  /** Where it came from, as far as its carrier knows. */
  readonly origin?: EnvelopeOrigin | undefined;
  /** Attempts to give alerts end after so long: well below the time that the function has left. */
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

/** What became of a look at what has fallen silent. */
export interface TickOutcome extends DeliveryReport {
  readonly alerts: number;
}

export interface Pipeline {
  /**
   * Archives a delivery, tells memory, and gives its alerts, in this order, each step only once the one before it is
   * done. It may be called with several deliveries at a time.
   * @throws KlaxonError where a step failed: then the delivery has to come again, and what was done is not done twice.
   */
  readonly process: (delivery: unknown, arrival?: Arrival) => Promise<Outcome>;
  /** The same for what is decoded already: a part of what is too large to be held. */
  readonly processDecoded: (parts: readonly Decoded[], arrival?: Arrival) => Promise<Outcome>;
  /** Archives that a record could not be read. */
  readonly reject: (rejection: Rejection, arrival?: Arrival) => Promise<Outcome>;
  /** Gives alerts on what has fallen silent. Every few minutes. */
  readonly tick: (alertBudgetMs?: number) => Promise<TickOutcome>;
  /** Chains what was archived into the next manifest. Every hour, and once a day without bounds. */
  readonly writeManifest: (lookBackDays?: number) => Promise<ManifestSummary>;
}

/** Characters of lines that wait to be compressed: a function is small, and a delivery of any size has to fit. */
const mostHeld = 4 * 1024 * 1024;

export const startPipeline = (options: PipelineOptions, ports: Ports): Pipeline => {
  const { rules, enricher, archiveForm, firstOf } = options;
  const { state, archive, now } = ports;
  const names = ports.sinks.map(({ name }) => name);
  const routes = routesTo(names, options.routes);
  /** Those that no delivery uses: what they know of memory and of rules is worth keeping. */
  const idle: Investigation[] = [];

  /** One that fails midway is left to itself, with all that it held. */
  const investigated = async <T>(work: (investigation: Investigation) => Promise<T>): Promise<T> => {
    const investigation =
      idle.pop() ?? createInvestigation({ rules, enricher, firstOf, state, now, suppress: true });
    const result = await work(investigation);
    idle.push(investigation);
    return result;
  };

  const processDecoded: Pipeline['processDecoded'] = (parts, { arrived, alertBudgetMs } = {}) =>
    investigated(async (investigation) => {
      const account = emptyAccount();
      const seen = nothingSeen();
      const objects: ArchiveObject[] = [];
      const batch = archiveBatch({ form: archiveForm, arrived, mostLength: mostHeld });
      for (const decoded of parts) {
        processDelivery(decoded, seen, account, {
          onEvent: (event, record) => {
            batch.add(event, record);
            for (const object of batch.takeFull()) objects.push(object);
            investigation.take(event);
          },
          onRejection: batch.reject,
        });
      }
      objects.push(...batch.takeAll());
      await keepObjects(archive, objects);
      await investigation.settle();
      const alerts = await investigation.alerts();
      return {
        account,
        archived: objects.length,
        alerts: alerts.length,
        ...(await deliver(alerts, { ...ports, routes, budgetMs: alertBudgetMs })),
      };
    });

  return {
    processDecoded,
    process: (content, arrival = {}) =>
      processDecoded([decode(content, { origin: arrival.origin })], arrival),
    reject: (rejection, arrival) =>
      processDecoded([{ records: [], rejections: [rejection], dropped: new Map(), isBatch: true }], arrival),
    tick: (alertBudgetMs) =>
      investigated(async (investigation) => {
        await investigation.tick();
        const alerts = await investigation.alerts();
        return {
          alerts: alerts.length,
          ...(await deliver(alerts, { ...ports, routes, budgetMs: alertBudgetMs })),
        };
      }),
    writeManifest: (lookBackDays) => writeManifest(archive, { now: now(), lookBackDays }),
  };
};

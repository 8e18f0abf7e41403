/** Alerts in, in whatever order they close; on standard output and in a file, those that are new, out. */
import { closeSync, fsyncSync, writeSync } from 'node:fs';
import type { Alert } from '../../../shared/alert/alert.ts';
import { claim, unclaimed } from '../../../shared/alert/claim.ts';
import type { StateStore } from '../../../shared/ports.ts';
import { severityRank } from '../../../shared/schema/severity.ts';
import { lineOf, type Output, textOf } from '../alerts.ts';
import { opened } from '../event-file.ts';
import { written } from '../standard-output.ts';

export interface CollectorOptions {
  readonly output: Output;
  readonly alertsOut?: string;
  /** Alerts are written as soon as they are there. */
  readonly live?: boolean;
}

/** Writes alerts as they come where the form allows it, and holds them where it does not. */
export class AlertCollector {
  /** Alerts that are given, or held and not known to be given yet. */
  count = 0;
  /** Alerts that an earlier run has given. */
  known = 0;
  /** Rank of the most severe alert that is given. */
  worst = -1;
  #held: Alert[] = [];
  readonly #options: CollectorOptions;
  readonly #state: StateStore | undefined;
  readonly #file: number | undefined;

  constructor(options: CollectorOptions, state?: StateStore) {
    this.#options = options;
    this.#state = state;
    this.#file = options.alertsOut === undefined ? undefined : opened(options.alertsOut);
  }

  take(alert: Alert): void {
    this.count++;
    this.#held.push(alert);
  }

  /** Writes what is held, where that is much, or the input live, and its form need not wait for the end. */
  async settle(): Promise<void> {
    const { output, live } = this.#options;
    const enough = live ? 1 : heldAlerts;
    const mayGo = live ? output !== 'sarif' : output === 'ndjson' || output === 'ocsf';
    if (this.#held.length >= enough && mayGo) await this.#write();
  }

  async finish(): Promise<void> {
    if (this.#held.length > 0 || this.#options.output === 'sarif') await this.#write();
    if (this.#file !== undefined) closeSync(this.#file);
  }

  async #write(): Promise<void> {
    const held = this.#held;
    this.#held = [];
    const alerts = this.#state ? await unclaimed(held, this.#state) : held;
    const known = held.length - alerts.length;
    this.known += known;
    this.count -= known;
    for (const { severity } of alerts) this.worst = Math.max(this.worst, severityRank(severity));
    if (this.#file !== undefined) {
      for (const alert of alerts) writeSync(this.#file, lineOf(alert));
      if (this.#state) fsyncSync(this.#file);
    }
    await written(textOf(this.#options.output, alerts, isColoured()));
    // Known ones as well: as long as a run meets an alert it is remembered.
    if (this.#state) await claim(held, this.#state);
  }
}

/** Line forms need not wait for the end: this many alerts are put in order of time and written together. */
const heldAlerts = 10_000;

/** NO_COLOR (no-color.org) and FORCE_COLOR are heeded. */
const isColoured = (): boolean => {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  return FORCE_COLOR !== undefined && FORCE_COLOR !== '0' ? true : process.stdout.isTTY === true;
};

/** A function of any cloud whose services fail at any one request: deliveries brought again until they are taken, and what is there in the end. */

import { pause } from '../../functions/pause.ts';
import type { Alert } from '../../shared/alert/alert.ts';
import type { Pause } from '../../shared/ports.ts';
import type { FaultOf, Wire } from '../stand-ins/wire.ts';

/** What a function of a cloud plays on. */
export interface Stage<S extends string> {
  /** To its services, by their names. */
  readonly wires: Readonly<Record<S, Wire>>;
  /** A rule of one event, one that counts over all of them, and what cannot be read: so many deliveries. */
  readonly deliveries: number;
  /** Stores that hold nothing yet. Where the sink refuses, it takes no alert, and all of them go to the dead letter. */
  readonly begin: (isRefused: boolean) => Promise<Scene>;
  readonly close: () => Promise<void>;
}

export interface Scene {
  /** A new process is given a delivery, which came so often before: whether its source is done with it. */
  readonly isTaken: (delivery: number, before: number) => Promise<boolean>;
  /** Of the archive, in order. */
  readonly lines: () => Promise<readonly string[]>;
  /** That the sink or the dead letter has, as often as it has them. */
  readonly alerts: () => Promise<readonly Pick<Alert, 'id' | 'rule'>[]>;
}

export interface Run<S extends string> {
  readonly lines: readonly string[];
  /** The rule and the id of each alert. */
  readonly alerts: readonly string[];
  /** How often a delivery was brought. */
  readonly brought: number;
  /** What was asked of each service. */
  readonly asked: Readonly<Record<S, readonly string[]>>;
}

/** What breaks in a run. */
export interface Breaking<S extends string> {
  readonly service: S;
  readonly faultOf: FaultOf;
  /** Every service breaks with this one, and stays so until the delivery comes again: the process has died. */
  readonly isDeath?: boolean;
  readonly isRefused?: boolean;
}

const mostAttempts = 6;

export const runWith = async <S extends string>(
  { wires, deliveries, begin }: Stage<S>,
  breaking?: Breaking<S>,
): Promise<Run<S>> => {
  const scene = await begin(breaking?.isRefused === true);
  const services = Object.entries(wires) as [S, Wire][];
  let isDead = false;
  for (const [service, wire] of services)
    wire.breaksAt((place, operation) => {
      if (isDead) return 'closes';
      const fault = service === breaking?.service ? breaking.faultOf(place, operation) : undefined;
      isDead = fault !== undefined && breaking?.isDeath === true;
      return fault;
    });

  let brought = 0;
  for (let delivery = 0; delivery < deliveries; delivery++) {
    for (let before = 0; ; before++) {
      if (before === mostAttempts) throw new Error(`not taken in ${mostAttempts} attempts`);
      brought++;
      if (await scene.isTaken(delivery, before)) break;
      isDead = false;
    }
  }
  const asked = Object.fromEntries(services.map(([service, wire]) => [service, wire.asked()]));
  return {
    lines: await scene.lines(),
    alerts: (await scene.alerts()).map(({ id, rule }) => `${rule.id} ${id}`),
    brought,
    asked: asked as Run<S>['asked'],
  };
};

/** Leaves a function some seconds for the giving of alerts. */
export const functionMs = 8_000;

/** Long enough that no answer comes late, short enough to wait for one that never comes. */
export const silenceMs = 1_000;

/** Waits between attempts are passed over; a wait for somebody's silence, which may end early, is not. */
export const hurried: Pause = (milliseconds, signal) => pause(signal ? milliseconds : 1, signal);

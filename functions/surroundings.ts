/** What the infrastructure tells a function of its surroundings, in; the same, checked, out. */
import { KlaxonError } from '../shared/errors.ts';
import { isObject, parsedJson } from '../shared/schema/json.ts';
import { selfManaged } from '../shared/settings/cluster.ts';
import { variables } from '../shared/settings/environment.ts';
import type { Settings, Sink } from '../shared/settings/settings.ts';
import type { Start } from './pack.ts';
import { type Receiver, type ReceiverOptions, receiverOf } from './receiver.ts';
import type { PipelineOptions } from './start.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** @throws KlaxonError where it is not set. */
export const required = (environment: Environment, name: string): string => {
  const value = environment[name];
  if (value === undefined || value === '') throw new KlaxonError('settings', `${name} is not set`);
  return value;
};

/** By the name of a sink, what was made for it (`variables.sinks`). */
export const madeForSinks = (environment: Environment): Readonly<Record<string, string>> => {
  const value = parsedJson(environment[variables.sinks] ?? '{}');
  if (!isObject(value)) throw new KlaxonError('settings', `${variables.sinks} is no map`);
  return Object.fromEntries(Object.entries(value).map(([name, place]) => [name, String(place)]));
};

/** One settings file is read by several clouds: a sink whose secret lies in another's store is left to that one. */
export const sinksWithin = (
  { alerts }: Settings,
  isOurs: (secret: string) => boolean,
): Readonly<Record<string, Sink>> =>
  Object.fromEntries(
    Object.entries(alerts.sinks).filter(([, sink]) => !('secret' in sink) || isOurs(sink.secret)),
  );

/** Names of the clusters that may send to the receiver. */
const sendersIn = ({ clusters }: Settings): readonly string[] =>
  clusters.flatMap(({ cloud, name }) => (cloud === selfManaged ? [name] : []));

/** What settings say of the pipeline, with the rules that are packed beside them. */
export const pipelineOptionsOf = ({ settings, rules, enricher }: Start): PipelineOptions => ({
  rules,
  enricher,
  routes: settings.alerts.routes,
  archiveForm: settings.archive.form,
  firstOf: settings.rules.falcoMatching === 'first' ? 'falco' : undefined,
});

/** Undefined where nobody sends anything by HTTP. */
export const receiverFor = (
  environment: Environment,
  settings: Settings,
  options: Pick<ReceiverOptions, 'secretOf' | 'now' | 'warn'>,
): Receiver | undefined => {
  const tokens = environment[variables.receiver];
  return tokens === undefined ? undefined : receiverOf({ senders: sendersIn(settings), tokens, ...options });
};

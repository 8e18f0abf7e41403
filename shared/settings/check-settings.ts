/** klaxon.config.yaml, read, in; settings with every section there, or every fault with its place, out. */
import { type RuleProblem, SettingsError, type TextPosition } from '../errors.ts';
import { otherReadingOf } from '../schema/bare-scalar.ts';
import { isObject, type JsonValue } from '../schema/json.ts';
import { suggestion } from '../schema/nearest.ts';
import type { YamlDocument, YamlFile, YamlPath } from '../schema/yaml.ts';
import { awsDefaults } from './aws.ts';
import { azureDefaults } from './azure.ts';
import { selfManaged } from './cluster.ts';
import { gcpDefaults } from './gcp.ts';
import { plainSecretIn } from './secret.ts';
import { defaults, type Settings, SettingsFile } from './settings.ts';
import { type ShapeFault, shapeFaults } from './shape.ts';

/** What holds without a file. */
export const noSettings = (): Settings =>
  settingsIn({ path: 'klaxon.config.yaml', documents: [], problems: [] });

/** @throws SettingsError with every fault that was found. */
export const settingsIn = ({ path, documents, problems }: YamlFile): Settings => {
  const [document, second] = documents;
  if (problems.length > 0) throw new SettingsError(problems);
  if (second) throw new SettingsError([{ ...second.positionOf([]), message: 'expected one document' }]);
  const positionOf = document?.positionOf ?? (() => ({ path, line: 1, column: 1 }));
  // A section whose lines are all comments is absent.
  const value = withoutNulls((document?.value ?? {}) as JsonValue);
  const faults = faultsIn(value, document);
  if (faults.length > 0) throw new SettingsError(inOrder(faults, positionOf));
  return filled(value as SettingsFile, positionOf);
};

const inOrder = (
  faults: readonly ShapeFault[],
  positionOf: (path: YamlPath) => TextPosition,
): readonly RuleProblem[] =>
  faults
    .map(({ path, message }) => ({ ...positionOf(path), message }))
    .toSorted((left, right) => left.line - right.line || left.column - right.column);

const withoutNulls = (value: JsonValue): JsonValue => {
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutNulls(member as JsonValue)]));
};

/** What is wrong with single values comes first; what they say together is looked at only where they are right. */
const faultsIn = (value: JsonValue, document: YamlDocument | undefined): readonly ShapeFault[] => {
  if (!isObject(value)) return [{ path: [], message: 'expected a map of settings' }];
  const ofTexts: ShapeFault[] = [];
  lookAtTexts(value, [], document, ofTexts);
  const ofShape = shapeFaults(SettingsFile, value).filter(
    ({ path }) => !ofTexts.some((fault) => fault.path.join('\n') === path.join('\n')),
  );
  const faults = [...ofTexts, ...ofShape];
  return faults.length > 0 ? faults : contradictions(value as SettingsFile);
};

/** A secret as it is, wherever it stands; and what other readers of the same file take for something else. */
const lookAtTexts = (
  value: JsonValue | undefined,
  path: YamlPath,
  document: YamlDocument | undefined,
  faults: ShapeFault[],
): void => {
  if (Array.isArray(value)) {
    for (const [at, member] of value.entries()) lookAtTexts(member, [...path, at], document, faults);
  } else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) lookAtTexts(member, [...path, key], document, faults);
  } else {
    const secret = typeof value === 'string' ? plainSecretIn(value) : undefined;
    const reading = otherReadingOf(document?.bareAt(path) ?? '');
    if (secret !== undefined) {
      faults.push({
        path,
        message: `this looks like ${secret}: withdraw it, put a new one into a store of secrets, and name its place here`,
      });
    } else if (reading !== undefined) {
      faults.push({ path, message: `some programs read this as ${reading}: put it in quotes` });
    }
  }
};

const contradictions = (file: SettingsFile): readonly ShapeFault[] => [
  ...twinClusters(file),
  ...idleReceiver(file),
  ...lostRoutes(file),
  ...emptyTunings(file),
];

/** What is told of a cluster without saying which it is. */
const notOfItsName = { ingest: undefined, logGroup: undefined, turnOn: undefined, categories: undefined };

const twinClusters = ({ clusters = [] }: SettingsFile): readonly ShapeFault[] => {
  const seen = new Set<string>();
  return clusters.flatMap((cluster, at) => {
    const key = JSON.stringify({ ...cluster, ...notOfItsName });
    const isTwin = seen.has(key);
    seen.add(key);
    return isTwin ? [{ path: ['clusters', at], message: `the cluster "${cluster.name}" stands twice` }] : [];
  });
};

const idleReceiver = ({ receiver, clusters = [] }: SettingsFile): readonly ShapeFault[] =>
  receiver === undefined || clusters.some(({ cloud }) => cloud === selfManaged)
    ? []
    : [{ path: ['receiver'], message: `no cluster sends to it: name one with cloud: ${selfManaged}` }];

/** Routes lead to sinks that are there, from clusters that are; a sink that no route leads to would stay silent. */
const lostRoutes = ({ alerts = {}, clusters = [] }: SettingsFile): readonly ShapeFault[] => {
  const sinks = Object.keys(alerts.sinks ?? {});
  const names = clusters.map(({ name }) => name);
  const used = new Set<string>();
  const faults: ShapeFault[] = [];
  for (const [at, route] of (alerts.routes ?? []).entries()) {
    const path = ['alerts', 'routes', at];
    for (const [place, name] of route.sinks.entries()) {
      used.add(name);
      if (!sinks.includes(name)) {
        const message = `no sink is named "${name}"${suggestion(name, sinks)}`;
        faults.push({ path: [...path, 'sinks', place], message });
      }
    }
    for (const [place, name] of (route.clusters ?? []).entries()) {
      if (names.length === 0 || names.includes(name)) continue;
      const message = `no cluster is named "${name}"${suggestion(name, names)}`;
      faults.push({ path: [...path, 'clusters', place], message });
    }
  }
  const idle = sinks.filter((name) => !used.has(name));
  return [
    ...faults,
    ...idle.map((name) => ({
      path: ['alerts', 'sinks', name],
      message: `no route leads to "${name}": add it to a route, or take it out`,
    })),
  ];
};

const emptyTunings = ({ tuning = {} }: SettingsFile): readonly ShapeFault[] =>
  Object.entries(tuning.rules ?? {}).flatMap(([id, { disable, because, severity, suppress }]) => {
    const path = ['tuning', 'rules', id];
    if (disable && because === undefined) return [{ path, message: 'say why: because: ...' }];
    if (disable && (severity !== undefined || suppress !== undefined))
      return [{ path, message: 'a disabled rule gives no alert: leave severity and suppress out' }];
    if (suppress && suppress.by === undefined && suppress.for === undefined)
      return [{ path: [...path, 'suppress'], message: 'expected by, for, or both' }];
    return disable || severity !== undefined || suppress !== undefined
      ? []
      : [{ path, message: 'this changes nothing: expected disable, severity or suppress' }];
  });

const filled = (file: SettingsFile, positionOf: Settings['positionOf']): Settings => {
  const { clusters = [], archive, retention, alerts = {}, rules = {}, tuning = {}, enrichment = {} } = file;
  return {
    environment: file.environment ?? defaults.environment,
    clusters,
    receiver: file.receiver,
    aws: section<Settings['aws']>(awsDefaults, file.aws),
    azure: section<Settings['azure']>(azureDefaults, file.azure),
    gcp: section<Settings['gcp']>(gcpDefaults, file.gcp),
    archive: section<Settings['archive']>(defaults.archive, archive),
    retention: section<Settings['retention']>(defaults.retention, retention),
    alerts: { sinks: alerts.sinks ?? {}, routes: alerts.routes ?? [] },
    rules: section<Settings['rules']>(defaults.rules, rules),
    tuning: { rules: tuning.rules ?? {}, lists: tuning.lists ?? {}, filters: tuning.filters ?? [] },
    enrichment: { mmdb: enrichment.mmdb ?? [], ipLists: enrichment.ipLists ?? {} },
    positionOf,
  };
};

const section = <T extends object>(preset: T, given: object | undefined): T => ({ ...preset, ...given });

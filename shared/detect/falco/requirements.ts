/** What a rule file requires of the engine and its plugins in; whether that is met here out. */
import { isObject, type JsonValue } from '../../schema/json.ts';
import { complain, type Item, type Report } from './items.ts';

type Version = readonly [number, number, number];

/** The engine whose rule language is read here. */
const engineVersion: Version = [0, 62, 0];

/** The plugins whose fields and events are known here. */
const pluginVersions: Readonly<Record<string, Version>> = {
  k8saudit: [0, 18, 0],
  'k8saudit-aks': [0, 6, 0],
  'k8saudit-eks': [0, 12, 0],
  'k8saudit-gke': [0, 9, 0],
  'k8saudit-ovh': [0, 6, 0],
  json: [0, 7, 0],
};

/** Falco does not load a file whose requirements are not met, for it may mean what is not known. */
export const isMet = (item: Item, report: Report): boolean => {
  const fault = item.kind === 'required_engine_version' ? engineFault(item) : pluginFault(item);
  if (fault === undefined) return true;
  complain({ item, report }, [item.kind], `${fault}: the file is not loaded`);
  return false;
};

/** A whole number N is 0.N.0. */
const engineFault = (item: Item): string | undefined => {
  const stated = item.body.required_engine_version;
  const text = typeof stated === 'string' && /^\d+$/.test(stated) ? `0.${stated}.0` : stated;
  const required = versionOf(text);
  if (!required) return 'expected the version of an engine, such as 0.31.0';
  return isAtLeast(engineVersion, required)
    ? undefined
    : `engine ${required.join('.')} is required, ${engineVersion.join('.')} is known`;
};

const pluginFault = (item: Item): string | undefined => {
  const list = item.body.required_plugin_versions;
  if (!Array.isArray(list)) return 'expected a list of plugins, each with a name and a version';
  for (const plugin of list) {
    const alternatives = isObject(plugin) && Array.isArray(plugin.alternatives) ? plugin.alternatives : [];
    const faults = [plugin, ...alternatives].map(faultOfPlugin);
    if (faults.every((fault) => fault !== undefined)) return faults[0];
  }
  return undefined;
};

const faultOfPlugin = (plugin: JsonValue): string | undefined => {
  const name = isObject(plugin) ? plugin.name : undefined;
  const required = versionOf(isObject(plugin) ? plugin.version : undefined);
  if (typeof name !== 'string' || !required) return 'expected a plugin with a name and a version';
  const known = Object.hasOwn(pluginVersions, name) ? pluginVersions[name] : undefined;
  if (!known) return `the plugin "${name}" is required, and is not known`;
  return known[0] === required[0] && isAtLeast(known, required)
    ? undefined
    : `${name} ${required.join('.')} is required, ${known.join('.')} is known`;
};

const versionOf = (text: JsonValue | undefined): Version | undefined => {
  const match = typeof text === 'string' ? /^(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?:[-+].*)?$/.exec(text) : null;
  return match ? [Number(match[1]), Number(match[2]), Number(match[3])] : undefined;
};

const isAtLeast = (known: Version, required: Version): boolean => {
  for (const [at, part] of required.entries()) {
    if (part !== known[at]) return (known[at] ?? 0) > part;
  }
  return true;
};

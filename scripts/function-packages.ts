/** A cloud in, what its function is packed with besides its bundle and its pack, and how the bundle is tried, out. */
import { readFileSync } from 'node:fs';
import { variables } from '../shared/settings/environment.ts';
import { lockedPackage } from './locked-package.ts';

export interface FunctionPackage {
  /** Surroundings in which the bundle can be loaded; `place` is one for a sink. */
  readonly environment: Readonly<Record<string, string>>;
  readonly place: string;
  /** Lines that stand before the bundle is loaded, and lines that say whether it is what its host expects. */
  readonly before?: string;
  readonly check: string;
  /** Texts of files that stand beside the bundle, by name. */
  readonly files?: (root: string) => Readonly<Record<string, string>>;
  /** What few deliveries need lies in files beside the bundle, and is loaded for them alone. */
  readonly isInParts?: boolean;
  /** It is deployed as one file, `dist/CLOUD.zip`. */
  readonly isZipped?: boolean;
}

/** The bundle is known as `bundle`. */
export const isFunction = 'if (typeof bundle.handler !== "function") process.exitCode = 1;';

/** What a host looks for; that of Azure: https://learn.microsoft.com/azure/azure-functions/functions-reference-node#folder-structure */
const entry = { name: 'klaxon', private: true, type: 'module', main: 'handler.mjs' };

/** What serves a function on Google Cloud; it is installed where the function is built (docs/decisions/0029). */
const framework = '@google-cloud/functions-framework';

/** The worker answers itself when this module is asked for; it is no package. */
const worker = `
  const { default: Module } = await import('node:module');
  const registered = [];
  const core = { setProgrammingModel() {}, registerFunction: ({ name }) => void registered.push(name), log() {} };
  const { require: original } = Module.prototype;
  Module.prototype.require = function (id) {
    return id === '@azure/functions-core' ? core : original.call(this, id);
  };
`;

export const functionPackages = {
  aws: {
    environment: {
      [variables.state]: 'klaxon',
      [variables.archive]: 'klaxon',
      [variables.deadLetter]: 'https://sqs.eu-west-1.amazonaws.com/111122223333/klaxon',
      AWS_REGION: 'eu-west-1',
    },
    place: 'klaxon',
    check: isFunction,
    isInParts: true,
  },
  azure: {
    environment: {
      [variables.state]: 'https://klaxon.table.core.windows.net/state',
      [variables.archive]: 'https://klaxon.blob.core.windows.net/archive',
      [variables.deadLetter]: 'https://klaxon.blob.core.windows.net/dead',
      [variables.receiver]: 'azure:keyvault:klaxon/receiver-',
    },
    place: 'https://klaxon.example.com/dataCollectionRules/dcr-0/streams/Custom-KlaxonAlerts_CL',
    before: worker,
    check:
      'if (!["deliveries", "receiver", "tick"].every((name) => registered.includes(name))) process.exitCode = 1;',
    files: (root) => ({
      'host.json': readFileSync(`${root}functions/azure/host.json`, 'utf8'),
      'package.json': `${JSON.stringify(entry, undefined, 2)}\n`,
    }),
    isZipped: true,
  },
  gcp: {
    environment: {
      [variables.state]: 'projects/klaxon/databases/klaxon',
      [variables.archive]: 'klaxon',
      [variables.deadLetter]: 'projects/klaxon/topics/dead-letters',
    },
    place: 'projects/klaxon/topics/alerts',
    check: isFunction,
    files: (root) => lockedPackage(root, { ...entry, engines: { node: '>=24' } }, [framework]),
    isInParts: true,
    isZipped: true,
  },
} satisfies Readonly<Record<string, FunctionPackage>>;

/** A cloud in, what its function is packed with besides its bundle and its pack, and how the bundle is tried, out. */
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
  /** It is deployed as one file, `dist/CLOUD.zip`. */
  readonly isZipped?: boolean;
}

/** The bundle is known as `bundle`. */
export const isFunction = 'if (typeof bundle.handler !== "function") process.exitCode = 1;';

/** What a host looks for. */
const entry = { name: 'klaxon', private: true, type: 'module', main: 'handler.mjs' };

/** What serves a function on Google Cloud; it is installed where the function is built (docs/decisions/0029). */
const framework = '@google-cloud/functions-framework';

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
    isZipped: true,
  },
} satisfies Readonly<Record<string, FunctionPackage>>;

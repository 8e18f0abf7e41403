/** A cloud in, what its function is packed with besides its bundle and its pack, and how the bundle is tried, out. */
import { variables } from '../shared/settings/environment.ts';

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
export const isLambda = 'if (typeof bundle.handler !== "function") process.exitCode = 1;';

export const functionPackages = {
  aws: {
    environment: {
      [variables.state]: 'klaxon',
      [variables.archive]: 'klaxon',
      [variables.deadLetter]: 'https://sqs.eu-west-1.amazonaws.com/111122223333/klaxon',
      AWS_REGION: 'eu-west-1',
    },
    place: 'klaxon',
    check: isLambda,
  },
} satisfies Readonly<Record<string, FunctionPackage>>;

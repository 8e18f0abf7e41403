/** How every client of AWS is set up, and what it means when one fails. */
import { type FaultReading, faultsOf, handingOver } from '../faults.ts';

/**
 * For the constructor of any client. Without these a request to a host that is silent is waited for until the function
 * itself is ended: the SDK has no time limit of its own.
 */
export const clientLimits: ClientConfig = {
  /** The first and its repetitions, at growing distances, where the fault is a passing one. */
  maxAttempts: 4,
  requestHandler: {
    connectionTimeout: 1_000,
    /** Until the answer begins. */
    requestTimeout: 5_000,
    throwOnRequestTimeout: true,
    /** Between two parts of an answer. */
    socketTimeout: 5_000,
  },
};

/** What clients are made with. Where the service is, and who asks, the SDK finds in the environment if it is not said here. */
export interface ClientConfig {
  readonly maxAttempts: number;
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: boolean;
    readonly socketTimeout: number;
  };
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** As the documentation of the service names a fault, or the system one of its own: `AccessDenied`, `ECONNREFUSED`. */
export const nameOf = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return 'Error';
  return 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : thrown.name;
};

/** Throttling comes with a status of 400, 429 or 503, by service; a role's credentials are renewed when they have expired. */
const passingNames =
  /Throttl|Throughput|TooMany|RequestLimit|SlowDown|Timeout|RequestConflict|ExpiredToken|RequestExpired/;

/** By the name alone, for parts of a batch are refused without a status. */
export const isPassingName = (name: string): boolean =>
  passingNames.test(name) || /Internal|Unavailable|LimitExceeded/.test(name);

const isPassing = (thrown: unknown): boolean => {
  if (passingNames.test(nameOf(thrown))) return true;
  const status = statusOf(thrown);
  // Without a status no answer came: the network, or nobody to sign the request as.
  return status === undefined
    ? nameOf(thrown) !== 'CredentialsProviderError'
    : status >= 500 || status === 429;
};

export const faultReading: FaultReading = { nameOf, isPassing };
const faults = faultsOf(faultReading);
export const { faultOf, within } = faults;

export const handedOver = handingOver(faults, (thrown) => statusOf(thrown) !== undefined);

const statusOf = (thrown: unknown): number | undefined => {
  if (!(thrown instanceof Error && '$metadata' in thrown)) return undefined;
  const { $metadata } = thrown;
  const isKnown = typeof $metadata === 'object' && $metadata !== null && 'httpStatusCode' in $metadata;
  return isKnown && typeof $metadata.httpStatusCode === 'number' ? $metadata.httpStatusCode : undefined;
};

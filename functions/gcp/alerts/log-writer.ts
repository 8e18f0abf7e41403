/**
 * Logs of a project in, what writes entries to one of them out: by the client that Google makes for it, which weighs more than
 * the rest of the function. It lies in a part beside the bundle, and is loaded by the first alert that goes into a log.
 */
import { Logging } from '@google-cloud/logging';
import { setInstrumentationStatus } from '@google-cloud/logging/build/src/utils/instrumentation.js';
import { credentials, status } from '@grpc/grpc-js';
import { GoogleAuth, PassThroughClient } from 'google-auth-library';
import { type ClientOptions, refusalNamed, unlessAborted, wasAnswered } from '../client.ts';
import { codeOf, detailsOf, isStatus } from '../pull/faults.ts';

export interface LogWriterOptions extends Pick<ClientOptions, 'tokenOf' | 'timeoutMs'> {
  /** In which the logs are. */
  readonly project: string;
  /** Where Cloud Logging is; one with `http:` is on this machine, and is asked in the clear. */
  readonly origin: string;
}

/** Of an entry, what is told to the log: https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry */
export interface LogLine {
  readonly severity: string;
  readonly insertId: string;
  /** As RFC 3339 has it; where it is null the entry has the time at which it comes (the client puts its own for one that is absent). */
  readonly timestamp: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly payload: object;
}

/** `log`: its name in the project. Tried once. Throws what `faultReading` reads. */
export type WriteLine = (log: string, line: LogLine) => Promise<void>;

// The client would put an entry about itself before the first that it writes, and let both be taken in part.
setInstrumentationStatus(true);

export const logWriter = ({ project, origin, tokenOf, timeoutMs }: LogWriterOptions): WriteLine => {
  let client: Promise<Logging> | undefined;

  /** A connection may be dead without a word, as one is that slept with its instance; so the next try has another. */
  const giveUp = (some: Promise<Logging>): void => {
    if (client === some) client = undefined;
    // Nothing is lost by one that cannot be closed, or was never open: who asked it has been told.
    some.then(closed).catch(() => undefined);
  };

  return async (log, line) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const token = await unlessAborted(tokenOf(), signal);
    client ??= opened(project, origin);
    const used = client;
    try {
      const place = (await unlessAborted(used, signal)).log(log, { partialSuccess: false });
      const { payload, ...metadata } = wellFormed(line);
      const written = place.write(place.entry(metadata, payload), {
        // Otherwise the client asks the metadata server where it runs.
        resource: { type: 'global' },
        gaxOptions: {
          timeout: timeoutMs,
          retry: null,
          otherArgs: { headers: { authorization: `Bearer ${token}` } },
        },
      });
      await unlessAborted(written, signal);
    } catch (thrown) {
      const fault = readable(thrown);
      if (!wasAnswered(fault)) giveUp(used);
      throw fault;
    }
  };
};

/**
 * Ready to be asked: where that fails it fails here. Asked before it is ready, the client below leaves a promise behind that
 * nobody can catch, and the process ends by it.
 */
const opened = async (project: string, origin: string): Promise<Logging> => {
  const { protocol, hostname, port } = new URL(origin);
  const isPlain = protocol === 'http:';
  // As every client of Google's takes them; this one's type does not say so of all.
  const options = {
    projectId: project,
    apiEndpoint: hostname,
    port: Number(port || (isPlain ? 80 : 443)),
    sslCreds: isPlain ? credentials.createInsecure() : credentials.createSsl(),
    // Who asks is said with each call, as everywhere in the function; left to itself the client looks for credentials of its own.
    auth: new GoogleAuth({ authClient: new PassThroughClient() }),
  };
  const logging = new Logging(options);
  await logging.loggingService.initialize();
  return logging;
};

const closed = async (logging: Logging): Promise<void> => {
  await logging.loggingService.close();
};

/** Texts on the wire are UTF-8, which has no half of a letter; what a log says may have one. */
const wellFormed = (line: LogLine): LogLine =>
  JSON.parse(JSON.stringify(line), (_, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed() : value,
  );

/** As any other API of Google's tells it: https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
const readable = (thrown: unknown): unknown => {
  if (!isStatus(thrown)) return thrown;
  const code = codeOf(thrown);
  const name = status[code] ?? `gRPC ${code}`;
  const answered = statuses.get(code);
  return answered === undefined
    ? Object.assign(new Error(detailsOf(thrown)), { name })
    : refusalNamed(name, answered, detailsOf(thrown));
};

/** Left out are those by which gRPC itself says that no answer came. */
const statuses: ReadonlyMap<number, number> = new Map([
  [status.UNKNOWN, 500],
  [status.INVALID_ARGUMENT, 400],
  [status.NOT_FOUND, 404],
  [status.ALREADY_EXISTS, 409],
  [status.PERMISSION_DENIED, 403],
  [status.RESOURCE_EXHAUSTED, 429],
  [status.FAILED_PRECONDITION, 400],
  [status.ABORTED, 409],
  [status.OUT_OF_RANGE, 400],
  [status.UNIMPLEMENTED, 501],
  [status.INTERNAL, 500],
  [status.DATA_LOSS, 500],
  [status.UNAUTHENTICATED, 401],
]);

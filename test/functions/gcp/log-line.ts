/** The sink of a log with a far end: Cloud Logging as it is played here, told to be of some mood. */
import { status } from '@grpc/grpc-js';
import { cloudSinks } from '../../../functions/gcp/alerts.ts';
import type { AlertSink } from '../../../shared/alert/sink.ts';
import { type JsonObject, pathOf, textOf } from '../../../shared/schema/json.ts';
import type { Line, Mood, Taken } from '../../contracts/alert-sink.ts';
import {
  entriesIn,
  type FakeLogging,
  openLogging,
  unavailable,
  type Write,
  type WriteFault,
} from '../../stand-ins/cloud-logging.ts';
import { asker, project } from './sink-line.ts';

export interface LogLine extends Line {
  readonly logging: FakeLogging;
}

export interface LogSinkOptions {
  /** Where Cloud Logging is. */
  readonly origin: string;
  readonly timeoutMs: number;
  readonly tokenOf?: () => Promise<string>;
  readonly log?: string;
}

export const logSinkAt = ({
  origin,
  timeoutMs,
  tokenOf = async () => 'invented',
  log = 'klaxon-alerts',
}: LogSinkOptions): AlertSink => {
  const [sink] = cloudSinks({
    sinks: { sink: { type: 'cloudLogging' } },
    made: { sink: log },
    project,
    ask: asker(timeoutMs),
    tokenOf,
    timeoutMs,
    originOf: () => origin,
    bucket: () => {
      throw new TypeError('no bucket here');
    },
    now: Date.now,
  });
  if (!sink) throw new Error('there is no such sink');
  return sink;
};

const faults: Readonly<Record<Mood, WriteFault | undefined>> = {
  takes: undefined,
  refuses: { code: status.INVALID_ARGUMENT, details: 'no' },
  fails: unavailable,
  closes: 'closes',
  waits: 'hangs',
};

export const entryIn = (write: Write): JsonObject => entriesIn(write)[0] ?? {};

const takenIn = (write: Write): Taken => {
  const alert = pathOf(entryIn(write), 'jsonPayload', 'alert');
  return {
    id: textOf(pathOf(alert, 'id')),
    text: JSON.stringify(alert),
    active: [],
    size: Buffer.byteLength(JSON.stringify(entryIn(write))),
    maxSize: 256 * 1024,
  };
};

/** As in test/functions/service-line.ts: only silence is found soon. */
export const logLine = async (log?: string): Promise<LogLine> => {
  const logging = await openLogging();
  const at = (timeoutMs: number) =>
    logSinkAt({ origin: logging.endpoint, timeoutMs, ...(log !== undefined && { log }) });
  const [patient, hasty] = [at(60_000), at(1000)];
  const moods = new Map<string, Mood>();
  let hasSilence = false;
  logging.refuseWrites((write) => {
    const id = textOf(pathOf(entryIn(write), 'jsonPayload', 'alert', 'id')) ?? '';
    return faults[moods.get(id) ?? moods.get('') ?? 'takes'];
  });
  return {
    logging,
    sink: {
      name: 'sink',
      send: (alerts, deadline) => (hasSilence ? hasty : patient).send(alerts, deadline),
    },
    be: (mood, id = '') => {
      hasSilence ||= mood === 'waits';
      moods.set(id, mood);
    },
    taken: () => logging.written().map(takenIn),
    asked: () => logging.writes().length,
    close: logging.close,
  };
};

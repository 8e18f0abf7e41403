/** A sink that speaks to a service of a cloud, with a far end that answers as that service does. */
import type { AlertSink } from '../../shared/alert/sink.ts';
import { type Answers, type Received, receiverServer } from '../alert/sinks/receiver-server.ts';
import type { Line, Mood, Taken } from '../contracts/alert-sink.ts';

export interface ServiceLineOptions {
  readonly answers: Answers;
  readonly read: (request: Received) => Taken;
  /** The sink, told where the service is and how long it waits for an answer. */
  readonly sinkAt: (endpoint: string, silenceMs: number) => AlertSink;
}

export interface ServiceLine extends Line {
  /** Every request, as it came. */
  readonly received: readonly Received[];
}

/** Only where somebody is silent is that found soon, so that no test hangs on the speed of the machine. */
export const serviceLine = async ({ answers, read, sinkAt }: ServiceLineOptions): Promise<ServiceLine> => {
  const server = await receiverServer(answers);
  const endpoint = server.url.replace(/\/hook$/, '');
  const [patient, hasty] = [sinkAt(endpoint, 60_000), sinkAt(endpoint, 1000)];
  let hasSilence = false;
  return {
    sink: {
      name: 'sink',
      send: (alerts, deadline) => (hasSilence ? hasty : patient).send(alerts, deadline),
    },
    be: (mood: Mood, id?: string) => {
      hasSilence ||= mood === 'waits';
      server.be(mood, id);
    },
    taken: () => server.taken.map(read),
    asked: () => server.received.length,
    received: server.received,
    close: server.close,
  };
};

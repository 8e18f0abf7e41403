/** A sink that speaks to a service of AWS, with a far end that answers as that service does. */

import { cloudSinks, sinkLimits } from '../../../functions/aws/alerts.ts';
import { pause } from '../../../functions/pause.ts';
import type { AlertSink } from '../../../shared/alert/sink.ts';
import type { Sink } from '../../../shared/settings/settings.ts';
import { type Answers, type Received, receiverServer } from '../../alert/sinks/receiver-server.ts';
import type { Line, Mood, Taken } from '../../contracts/alert-sink.ts';

/** The protocols in which the services answer: XML for SNS, JSON for the others. */
export const xmlFault = (status: number, code: string) => ({
  status,
  body: `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
});
export const jsonFault = (status: number, code: string) => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': code },
  body: JSON.stringify({ __type: code, message: 'no' }),
});
export const jsonAnswer = (body: object) => ({
  status: 200,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify(body),
});

export interface ServiceLineOptions {
  readonly sink: Sink;
  readonly answers: Answers;
  readonly read: (request: Received) => Taken;
  readonly made?: string;
}

export interface ServiceLine extends Line {
  /** Every request, as it came. */
  readonly received: readonly Received[];
}

export const owner = { account: '111122223333', region: 'eu-west-1', partition: 'aws' } as const;

export const serviceLine = async ({
  sink,
  answers,
  read,
  made,
}: ServiceLineOptions): Promise<ServiceLine> => {
  const server = await receiverServer(answers);
  let hasSilence = false;
  /** Only where somebody is silent is that found soon, so that no test hangs on the speed of the machine. */
  const sinkWaiting = (milliseconds: number): AlertSink => {
    const [opened] = cloudSinks({
      sinks: { sink },
      made: made === undefined ? {} : { sink: made },
      owner: () => owner,
      config: {
        ...sinkLimits,
        requestHandler: {
          ...sinkLimits.requestHandler,
          connectionTimeout: 10_000,
          requestTimeout: milliseconds,
          socketTimeout: milliseconds,
        },
        endpoint: server.url.replace(/\/hook$/, ''),
        region: owner.region,
        credentials: { accessKeyId: 'invented', secretAccessKey: 'invented' },
      },
      now: Date.now,
      pause,
      random: () => 0.5,
    });
    if (!opened) throw new Error(`AWS has no sink of type ${sink.type}`);
    return opened;
  };
  const [patient, hasty] = [sinkWaiting(60_000), sinkWaiting(1000)];
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

/** A sink that speaks to a service of AWS, with a far end that answers as that service does. */
import { cloudSinks, sinkLimits } from '../../../functions/aws/alerts.ts';
import { pause } from '../../../functions/pause.ts';
import type { Sink } from '../../../shared/settings/settings.ts';
import { type ServiceLine, type ServiceLineOptions, serviceLine } from '../service-line.ts';

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

export interface AwsLineOptions extends Pick<ServiceLineOptions, 'answers' | 'read'> {
  readonly sink: Sink;
  readonly made?: string;
}

export const owner = { account: '111122223333', region: 'eu-west-1', partition: 'aws' } as const;

export const awsLine = ({ sink, made, ...options }: AwsLineOptions): Promise<ServiceLine> =>
  serviceLine({
    ...options,
    sinkAt: (endpoint, silenceMs) => {
      const [opened] = cloudSinks({
        sinks: { sink },
        made: made === undefined ? {} : { sink: made },
        owner: () => owner,
        config: {
          ...sinkLimits,
          requestHandler: {
            ...sinkLimits.requestHandler,
            connectionTimeout: 10_000,
            requestTimeout: silenceMs,
            socketTimeout: silenceMs,
          },
          endpoint,
          region: owner.region,
          credentials: { accessKeyId: 'invented', secretAccessKey: 'invented' },
        },
        now: Date.now,
        pause,
        random: () => 0.5,
      });
      if (!opened) throw new Error(`AWS has no sink of type ${sink.type}`);
      return opened;
    },
  });

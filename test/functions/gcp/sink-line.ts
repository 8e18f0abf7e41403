/** A sink of Google Cloud with a far end, and what its APIs answer. */
import { cloudSinks } from '../../../functions/gcp/alerts.ts';
import { type AskApi, apiClient, sinkLimits } from '../../../functions/gcp/client.ts';
import { pause } from '../../../functions/pause.ts';
import type { Sink } from '../../../shared/settings/settings.ts';
import type { Answers } from '../../alert/sinks/receiver-server.ts';
import { type ServiceLine, type ServiceLineOptions, serviceLine } from '../service-line.ts';

export const project = 'klaxon-example';

/** https://cloud.google.com/apis/design/errors#http_mapping */
export const fault = (code: number, status: string) => ({
  status: code,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ error: { code, message: 'no', status } }),
});

export const taken = (body: object = {}) => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

export const usual: Answers = {
  takes: taken(),
  refuses: fault(400, 'INVALID_ARGUMENT'),
  fails: fault(503, 'UNAVAILABLE'),
};

/** As the function asks, but for who it is and how long it waits. */
export const asker = (timeoutMs: number): AskApi =>
  apiClient({ ...sinkLimits, tokenOf: async () => 'invented', timeoutMs, pause, random: () => 0.5 });

export interface GcpLineOptions extends Pick<ServiceLineOptions, 'read'> {
  readonly sink: Sink;
  readonly made?: string;
}

export const gcpLine = ({ sink, made, read }: GcpLineOptions): Promise<ServiceLine> =>
  serviceLine({
    answers: usual,
    read,
    sinkAt: (endpoint, silenceMs) => {
      const [opened] = cloudSinks({
        sinks: { sink },
        made: made === undefined ? {} : { sink: made },
        project,
        ask: asker(silenceMs),
        tokenOf: async () => 'invented',
        timeoutMs: silenceMs,
        originOf: () => endpoint,
        bucket: () => {
          throw new TypeError('no bucket here');
        },
        now: Date.now,
      });
      if (!opened) throw new Error(`Google Cloud has no sink of type ${sink.type}`);
      return opened;
    },
  });

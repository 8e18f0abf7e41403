/** Deliveries over a pipeline that is played: what was handed to it, and what became of each. */
import type { GatherLimits } from '../../../functions/gather.ts';
import { deliveriesOf, drainLimits, gatherLimitsFor } from '../../../functions/gcp/deliveries.ts';
import type { ReceivedMessage } from '../../../functions/gcp/subscription.ts';
import type { Dealt } from '../../../functions/log.ts';
import type { Receiver } from '../../../functions/receiver.ts';
import type { Outcome, Pipeline } from '../../../functions/start.ts';
import type { Decoded } from '../../../shared/decode/decoding.ts';
import { emptyAccount } from '../../../shared/pipeline.ts';
import type { JsonObject } from '../../../shared/schema/json.ts';
import type { Rejection } from '../../../shared/schema/raw-record.ts';
import { start } from '../story.ts';
import type { Post } from './requests.ts';

const outcome: Outcome = { account: emptyAccount(), archived: 0, alerts: 0, sinks: [], unrouted: 0 };
const deadline = start + 60_000;

export interface PlayedOptions {
  /** What the pipeline throws when it is given records of these. */
  readonly fails?: (insertIds: readonly string[]) => unknown;
  readonly receiver?: Receiver;
  readonly limits?: Partial<GatherLimits>;
  /** What pulls bring, one after the other; without it nothing is pulled. */
  readonly waiting?: readonly (readonly JsonObject[] | Error)[];
}

/** What was handed to the pipeline: the insertIds of the records of each call; a name that is none is rejected. */
export const played = ({ fails = () => undefined, receiver, limits, waiting }: PlayedOptions = {}) => {
  const calls: (readonly string[])[] = [];
  const arrivals: (number | undefined)[] = [];
  const budgets: (number | undefined)[] = [];
  const rejected: Rejection[] = [];
  const dealt: (Dealt & { readonly requestId: string })[] = [];
  const logged: (readonly [string, string])[] = [];
  const drains: unknown[] = [];
  const acknowledged: string[] = [];
  const coming = waiting?.values();
  const closings: (() => void)[] = [];
  const idsIn = ({ records }: Decoded): readonly string[] =>
    records.map(({ body, line }) => String((body ?? JSON.parse(line ?? '{}')).insertId));
  const pipeline: Pipeline = {
    process: async () => outcome,
    processDecoded: async (parts, arrival) => {
      const ids = parts.flatMap(idsIn);
      rejected.push(...parts.flatMap(({ rejections }) => rejections));
      calls.push(ids);
      arrivals.push(arrival?.arrived);
      budgets.push(arrival?.alertBudgetMs);
      const thrown = fails(ids);
      if (thrown !== undefined) throw thrown;
      return outcome;
    },
    reject: async (rejection) => {
      rejected.push(rejection);
      return outcome;
    },
    tick: async () => ({ alerts: 0, sinks: [], unrouted: 0 }),
    writeManifest: async () => ({ manifests: 1, objects: 2 }),
  };
  const deal = deliveriesOf({
    pipeline,
    receiver,
    now: () => start,
    pause: (_, signal) =>
      new Promise((resolve) => {
        if (!signal) resolve();
        closings.push(resolve);
        signal?.addEventListener('abort', () => resolve());
      }),
    log: (level, message, more) =>
      void (message === 'drain' ? drains.push(more) : logged.push([level, message])),
    account: async (requestId, work) => {
      const done = await work();
      dealt.push({ ...done, requestId });
      return done;
    },
    limits: { ...gatherLimitsFor(1000), ...limits },
    pulls: coming && {
      limits: drainLimits,
      subscription: {
        pull: async () => {
          const { value: brought = [] } = coming.next();
          if (brought instanceof Error) throw brought;
          return brought.map((message): ReceivedMessage => ({ ackId: `${message['messageId']}`, message }));
        },
        acknowledge: async (ackIds) => void acknowledged.push(...ackIds),
        extend: async () => undefined,
      },
    },
  });
  const send = ({ path, headers, body }: Post, method = 'POST') =>
    deal({ method, path, headers, body: Buffer.from(body) }, deadline);
  /** All at the same moment; then the time of those that wait for company is up. */
  const sendAll = async (posts: readonly Post[]): Promise<readonly number[]> => {
    const answers = posts.map((post) => send(post));
    for (const close of closings.splice(0)) close();
    return (await Promise.all(answers)).map(({ status }) => status);
  };
  return { send, sendAll, calls, arrivals, budgets, rejected, dealt, logged, drains, acknowledged };
};

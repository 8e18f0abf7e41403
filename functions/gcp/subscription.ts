/** A subscription of Pub/Sub that nobody pushes in; what waits in it, and how to say that it is done, out. */
import {
  isObject,
  type JsonObject,
  type JsonValue,
  listOf,
  propertyOf,
  textOf,
} from '../../shared/schema/json.ts';
import { leaseSeconds } from '../../shared/settings/environment.ts';
import { type ApiAnswer, type AskApi, jsonIn, within } from './client.ts';

export interface SubscriptionOptions {
  /** projects/PROJECT/subscriptions/NAME. The function needs roles/pubsub.subscriber on it. */
  readonly subscription: string;
  readonly ask: AskApi;
  /** Where Pub/Sub is: `originOf('pubsub', ...)`. */
  readonly origin: string;
}

/** https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions/pull#receivedmessage */
export interface ReceivedMessage {
  /** Of this handing over: when the message comes again it has another. */
  readonly ackId: string;
  /** https://cloud.google.com/pubsub/docs/reference/rest/v1/PubsubMessage */
  readonly message: JsonObject;
}

export interface Subscription {
  /** Some of the messages that wait, for `leaseSeconds` at first. None may come though some wait. */
  readonly pull: () => Promise<readonly ReceivedMessage[]>;
  readonly acknowledge: (ackIds: readonly string[]) => Promise<void>;
  /** For `leaseSeconds` from now. */
  readonly extend: (ackIds: readonly string[]) => Promise<void>;
}

/** Pub/Sub hands over no more at a time, and no more than 10 MB: https://cloud.google.com/pubsub/quotas#resource_limits */
const maxMessages = 1000;

/** A request that names messages may have 512 KiB, and an id of theirs has some two hundred characters. */
const mostNamed = 1000;

/**
 * A pull would wait for something to come, for longer than a run should; and whoever leaves off waiting may be handed messages
 * all the same, which then come to nobody until their time is up. So it is asked not to wait, as `gcloud pubsub subscriptions
 * pull` asks it, and asked more than once, for then it may overlook what is there (docs/decisions/0033).
 */
const pullBody = { maxMessages, returnImmediately: true };

export const subscriptionOf = ({ subscription, ask, origin }: SubscriptionOptions): Subscription => {
  const inSubscription = within('delivery', `the subscription ${subscription} cannot be used`);

  const call = (method: string, body: object): Promise<ApiAnswer> =>
    ask({ method: 'POST', url: `${origin}/v1/${subscription}:${method}`, body });

  const tell = (method: string, ackIds: readonly string[], more: object = {}): Promise<void> =>
    inSubscription(async () => {
      for (let at = 0; at < ackIds.length; at += mostNamed)
        await call(method, { ackIds: ackIds.slice(at, at + mostNamed), ...more });
    });

  return {
    pull: () => inSubscription(async () => messagesIn(jsonIn(await call('pull', pullBody)))),
    acknowledge: (ackIds) => tell('acknowledge', ackIds),
    extend: (ackIds) => tell('modifyAckDeadline', ackIds, { ackDeadlineSeconds: leaseSeconds }),
  };
};

const messagesIn = (answer: JsonValue): readonly ReceivedMessage[] =>
  listOf(propertyOf(answer, 'receivedMessages')).flatMap((received) => {
    const ackId = textOf(propertyOf(received, 'ackId'));
    const message = propertyOf(received, 'message');
    return ackId !== undefined && isObject(message) ? [{ ackId, message }] : [];
  });

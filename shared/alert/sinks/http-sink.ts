/** A receiver that is told by HTTP and what it needs in, a sink that hands it one alert a request, out. */
import { KlaxonError } from '../../errors.ts';
import type { Clock, HttpAnswer, HttpPost, SecretOf } from '../../ports.ts';
import type { Alert } from '../alert.ts';
import { cutTo, printable } from '../printable.ts';
import type { AlertSink } from '../sink.ts';
import { type Fault, oneByOne, type Tell } from './one-by-one.ts';

/** How one kind of receiver is told of an alert. */
export interface Receiver {
  /**
   * The request that tells of it. `now` is in epoch milliseconds.
   * @throws KlaxonError of code `alert` where the secret is none that this receiver has.
   */
  readonly requestOf: (alert: Alert, secret: string, now: number) => ReceiverRequest;
  /** Requests under way at once. One where the receiver shows alerts in the order in which they come. */
  readonly atOnce: number;
}

export interface ReceiverRequest {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpSinkOptions {
  readonly name: string;
  readonly receiver: Receiver;
  /** A reference, for `secretOf`. */
  readonly secret: string;
  readonly secretOf: SecretOf;
  readonly post: HttpPost;
  readonly now: Clock;
  /** How long a request may take. */
  readonly timeoutMs?: number | undefined;
}

const defaultTimeoutMs = 10_000;

export const httpSink = ({ name, receiver, timeoutMs, ...options }: HttpSinkOptions): AlertSink => {
  const { now, post } = options;
  const secrets = rememberedSecret(options);

  /** One request, its answer, and what is wrong with it. */
  const ask = async (alert: Alert, secret: string, deadline: number): Promise<Reply> => {
    const request = receiver.requestOf(alert, secret, now());
    checkAddress(request.url);
    const answer = await post({
      ...request,
      headers: { 'content-type': 'application/json', ...request.headers },
      timeoutMs: Math.ceil(Math.min(timeoutMs ?? defaultTimeoutMs, Math.max(1, deadline - now()))),
    });
    return { status: answer.status, fault: faultOf(answer, secret, now()) };
  };

  /** A refusal may mean that the secret was changed: then it is read once more, and if it was, so is the alert sent. */
  const begin = (): Tell => {
    let readAgain: Promise<string> | undefined;
    return async (alert, deadline) => {
      const secret = await secrets.known();
      const { status, fault } = await ask(alert, secret, deadline);
      if (!fault || fault.reason.retryable || status < 400) return fault;
      readAgain ??= secrets.readAgain();
      // Where it cannot be read, the refusal is what a person needs to know.
      const other = await readAgain.catch(() => secret);
      return other === secret ? fault : (await ask(alert, other, deadline)).fault;
    };
  };

  return oneByOne({ name, now, atOnce: receiver.atOnce, begin });
};

interface Reply {
  readonly status: number;
  readonly fault: Fault | undefined;
}

/** Held for as long as the sink lives; one that could not be read is asked for again. */
const rememberedSecret = ({ secret: reference, secretOf }: Pick<HttpSinkOptions, 'secret' | 'secretOf'>) => {
  let held: Promise<string> | undefined;
  const read = async (): Promise<string> => {
    try {
      // Stores and those who paste into them like to end a text with a line break.
      return (await secretOf(reference)).trim();
    } catch (thrown) {
      held = undefined;
      throw thrown;
    }
  };
  const readAgain = (): Promise<string> => {
    held = read();
    return held;
  };
  return { known: (): Promise<string> => held ?? readAgain(), readAgain };
};

/** What is sent is not for everyone, so it goes by TLS, or does not leave the machine. The URL may be a secret: it is not named. */
const checkAddress = (url: string): void => {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isLocal = parsed?.protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(parsed.hostname);
  if (parsed && (parsed.protocol === 'https:' || isLocal) && parsed.username === '' && parsed.password === '')
    return;
  throw new KlaxonError('alert', 'the address of the receiver is no https:// address');
};

/** Statuses of a receiver that may take the same alert later: it was too slow, too busy, or broken. */
const isPassing = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/** A redirection is a fault too: who moved has a new address for its settings. */
const faultOf = (
  { status, text, retryAfter }: HttpAnswer,
  secret: string,
  now: number,
): Fault | undefined => {
  if (status >= 200 && status < 300) return undefined;
  const words = printable(text.replaceAll(secret, '[secret]')).trim();
  const message = `the receiver answered ${status}${words === '' ? '' : `: ${cutTo(300, words)}`}`;
  const retryable = isPassing(status);
  return {
    reason: new KlaxonError('alert', message, { retryable }),
    retryAfterMs: retryable ? waitOf(retryAfter, now) : undefined,
  };
};

/** Seconds or a date: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 */
const waitOf = (retryAfter: string | undefined, now: number): number | undefined => {
  if (retryAfter === undefined) return undefined;
  const text = retryAfter.trim();
  const wait = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
};

/** How the clients of a cloud tell of a fault, in; the same fault as the family of errors has it, out. */
import type { Fault } from '../shared/alert/sinks/one-by-one.ts';
import { type ErrorCode, KlaxonError, messageOf } from '../shared/errors.ts';

export interface FaultReading {
  /** As the documentation of the service names it, or the system one of its own: `AccessDenied`, `ECONNREFUSED`. */
  readonly nameOf: (thrown: unknown) => string;
  /** Whether the same request may succeed later. */
  readonly isPassing: (thrown: unknown) => boolean;
}

export interface Faults {
  /** `what` says what could not be used. */
  readonly faultOf: (code: ErrorCode, what: string, thrown: unknown) => KlaxonError;
  /** Does the work. What a client throws in it is such a fault; one that is none of a client's is passed on. */
  readonly within: (code: ErrorCode, what: string) => <T>(work: () => Promise<T>) => Promise<T>;
}

export const faultsOf = ({ nameOf, isPassing }: FaultReading): Faults => {
  const faultOf: Faults['faultOf'] = (code, what, thrown) =>
    new KlaxonError(code, `${what}: ${nameOf(thrown)}: ${messageOf(thrown)}`, {
      cause: thrown,
      retryable: isPassing(thrown),
    });
  return {
    faultOf,
    within: (code, what) => async (work) => {
      try {
        return await work();
      } catch (thrown) {
        throw thrown instanceof KlaxonError ? thrown : faultOf(code, what, thrown);
      }
    },
  };
};

/** One alert to a service: one that answered has refused this alert, one that did not has none of them, which is thrown. */
export type HandOver = (what: string, send: () => Promise<Fault | undefined>) => Promise<Fault | undefined>;

/** `wasAnswered`: whether the service said no, and not the way to it. */
export const handingOver =
  ({ faultOf }: Faults, wasAnswered: (thrown: unknown) => boolean): HandOver =>
  async (what, send) => {
    try {
      return await send();
    } catch (thrown) {
      const reason = faultOf('alert', what, thrown);
      if (wasAnswered(thrown)) return { reason };
      throw reason;
    }
  };

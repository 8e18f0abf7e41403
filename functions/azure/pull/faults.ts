/** What clients of Azure throw, in; what a person can do about it, out. */
import { KlaxonError, messageOf } from '../../../shared/errors.ts';
import { nameOf } from '../client.ts';

/** What is read, where it is, and the role that may read it. */
export interface Place {
  /** `event hub klaxon` */
  readonly what: string;
  /** `orders.servicebus.windows.net` */
  readonly where: string;
  readonly role: string;
}

/** Of code `source`; `retryable` where it was the way or the service, and not what was asked. */
export const pullFault = (thrown: unknown, { what, where, role }: Place): KlaxonError => {
  if (thrown instanceof KlaxonError) return thrown;
  const fault = lastOf(thrown);
  const said = `${nameOf(fault)}: ${messageOf(fault)}`;
  const told = (text: string, retryable = false): KlaxonError =>
    new KlaxonError('source', `${what} in ${where} ${text}`, { cause: thrown, retryable });
  if (unknownCaller.test(nameOf(fault)))
    return told(`cannot be read: Azure takes no credentials from here. Sign in: az login. ${said}`);
  if (isRefused(fault))
    return told(
      `may not be read: the role ${role} is needed, on it or above it (az role assignment create --role '${role}' --assignee YOU --scope ITS-ID); a new role takes some minutes. ${said}`,
    );
  if (isMissing(fault)) return told(`is not there: is the name right? ${said}`);
  if (isTaken(fault))
    return told(
      `is read by others with the same consumer group: make one for this (az eventhubs eventhub consumer-group create), and name it with --consumer-group. ${said}`,
    );
  return told(`cannot be read: ${said}`, isPassing(fault));
};

/** The client gathers what each of its attempts met. */
const lastOf = (thrown: unknown): unknown =>
  thrown instanceof AggregateError && thrown.errors.length > 0 ? thrown.errors.at(-1) : thrown;

/** By the names of @azure/identity, whose chain of credentials names each that it tried in its message. */
const unknownCaller = /Credential|^AuthenticationError|^AuthenticationRequired|^AggregateAuthentication/;

const isRefused = (fault: unknown): boolean =>
  nameOf(fault) === 'UnauthorizedError' || [401, 403].includes(statusOf(fault) ?? 0);

const isMissing = (fault: unknown): boolean =>
  statusOf(fault) === 404 ||
  nameOf(fault) === 'MessagingEntityNotFoundError' ||
  (nameOf(fault) === 'ServiceCommunicationError' && /could not be found|not.?found/i.test(messageOf(fault)));

/** Only five may read a partition with one group, and one alone where it claims to be the only one, as functions do. */
const isTaken = (fault: unknown): boolean =>
  ['QuotaExceededError', 'ReceiverDisconnectedError'].includes(nameOf(fault));

/**
 * Without a status it was the way there, or a link that ended: what a client says then is anything, down to «Unknown error
 * encountered.» of a connection that was cut while it attached.
 */
const isPassing = (fault: unknown): boolean => {
  const status = statusOf(fault);
  if (status === undefined) return !(fault instanceof TypeError);
  return status >= 500 || status === 408 || status === 429;
};

const statusOf = (fault: unknown): number | undefined =>
  fault instanceof Error && 'statusCode' in fault && typeof fault.statusCode === 'number'
    ? fault.statusCode
    : undefined;

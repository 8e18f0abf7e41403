/** What a call to Cloud Logging threw, in; what a person can do about it, out. */
import { status } from '@grpc/grpc-js';
import { KlaxonError, messageOf } from '../../../shared/errors.ts';

/** Of one project. The log that a call was for is all that is different between the calls. */
export const loggingFault = (thrown: unknown, project: string): KlaxonError => {
  if (thrown instanceof KlaxonError) return thrown;
  const code = codeOf(thrown);
  const said = isStatus(thrown) ? `${status[code] ?? code}: ${detailsOf(thrown)}` : messageOf(thrown);
  const fault = (text: string, retryable = false): KlaxonError =>
    new KlaxonError('source', `${project}: ${text}`, { cause: thrown, retryable });
  if (nobody.test(messageOf(thrown)) || code === status.UNAUTHENTICATED)
    return fault(
      `Google Cloud takes no credentials from here (${said}). Sign in: gcloud auth application-default login, or set GOOGLE_APPLICATION_CREDENTIALS`,
    );
  if (code === status.PERMISSION_DENIED)
    return fault(
      /has not been used|is disabled/.test(messageOf(thrown))
        ? `the Logging API is not turned on for whoever asks. ${said}`
        : `not allowed to read its logs, or there is no such project: roles/logging.viewer is needed, and roles/logging.privateLogViewer for logs of data access, which are left out without it. ${said}`,
    );
  if (code === status.NOT_FOUND) return fault(`there is no such project. ${said}`);
  if (code === status.RESOURCE_EXHAUSTED)
    return fault(
      `Cloud Logging answers no more for now: 60 lists a minute and ten open tails are the quota of a project. ${said}`,
      true,
    );
  return fault(`its logs cannot be read. ${said}`, passing.has(code));
};

const passing: ReadonlySet<number> = new Set([
  status.UNAVAILABLE,
  status.DEADLINE_EXCEEDED,
  status.INTERNAL,
  status.ABORTED,
  status.UNKNOWN,
  status.CANCELLED,
]);

/** How google-auth-library says that there is nobody to ask as, or nobody any more. */
const nobody = /default credentials|invalid_grant|invalid_rapt|reauth|GOOGLE_APPLICATION_CREDENTIALS/i;

/** What no call threw, but the way to it, is unknown to gRPC, and may go away. */
export const codeOf = (thrown: unknown): number => (isStatus(thrown) ? thrown.code : status.UNKNOWN);

export const isStatus = (thrown: unknown): thrown is Error & { readonly code: number } =>
  thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'number';

/** Without the number and the name that gRPC puts before it. */
export const detailsOf = (thrown: unknown): string =>
  thrown instanceof Error && 'details' in thrown && typeof thrown.details === 'string'
    ? thrown.details
    : messageOf(thrown);

/** A client of Google's APIs for tests, and how they refuse. */
import { type AskApi, apiClient } from '../../functions/gcp/client.ts';

/** `silenceMs`: how long it waits for an answer. */
export const askerOf = ({
  maxAttempts = 1,
  silenceMs = 10_000,
}: {
  readonly maxAttempts?: number;
  readonly silenceMs?: number;
} = {}): AskApi =>
  apiClient({
    mostAttempts: maxAttempts,
    timeoutMs: silenceMs,
    // What Google's emulators take for the token of who may do everything.
    tokenOf: async () => 'owner',
    pause: async () => undefined,
    random: () => 0,
  });

/** https://google.aip.dev/193 */
export const refusalOf = (status: number, name: string, message = name) => ({
  status,
  body: JSON.stringify({ error: { code: status, message, status: name } }),
});

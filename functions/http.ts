/** The port to the network, by the fetch that Node brings. */
import { KlaxonError } from '../shared/errors.ts';
import type { HttpAnswer, HttpPost } from '../shared/ports.ts';

export const post: HttpPost = async ({ url, headers, body, timeoutMs }) => {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
    return await answerOf(response);
  } catch (thrown) {
    // Without the cause: it may hold the URL, and that may be a secret.
    const host = URL.canParse(url) ? new URL(url).host : 'an address that is none';
    throw new KlaxonError('alert', `no answer from ${host}: ${wordFor(thrown, timeoutMs)}`, {
      retryable: true,
    });
  }
};

/** Who has taken a request may keep its answer to itself, so of a success nothing is read. */
const answerOf = async (response: Response): Promise<HttpAnswer> => {
  const retryAfter = response.headers.get('retry-after') ?? undefined;
  if (response.ok) await response.body?.cancel();
  return { status: response.status, retryAfter, text: response.ok ? '' : await beginningOf(response) };
};

const enoughBytes = 1000;

/** As much as tells a person why; an answer without end is not waited for. */
const beginningOf = async (response: Response): Promise<string> => {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const part of response.body ?? []) {
      parts.push(part);
      length += part.length;
      if (length >= enoughBytes) break;
    }
  } catch {
    // The status came, and says enough.
  }
  return Buffer.concat(parts).toString('utf8').slice(0, enoughBytes);
};

/** The word for it that systems use: ECONNREFUSED, ENOTFOUND, CERT_HAS_EXPIRED. */
const wordFor = (thrown: unknown, timeoutMs: number): string => {
  if (thrown instanceof Error && thrown.name === 'TimeoutError') return `not within ${timeoutMs} ms`;
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'the request could not be sent';
};

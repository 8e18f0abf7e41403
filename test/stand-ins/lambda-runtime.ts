/** The loop that Lambda runs a function in: asks for an event, hands it to `handler`, tells how it went. Run as a process. */
import { request } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../../shared/errors.ts';

interface Reply {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

const asked = (method: 'GET' | 'POST', path: string, body?: unknown): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const url = `http://${process.env['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/${path}`;
    const sent = request(url, { method }, (response) => {
      textOf(response).then((text) => resolve({ headers: response.headers, body: text }), reject);
    });
    sent.once('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });

const errorOf = (thrown: unknown) => ({
  errorType: thrown instanceof Error ? thrown.name : 'Error',
  errorMessage: messageOf(thrown),
});

process.once('SIGTERM', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  process.stderr.write(`maxRss ${maxRSS} cpu ${userCPUTime + systemCPUTime}\n`);
  process.exit(0);
});

type Handler = (event: unknown, context: object) => Promise<unknown>;

const loaded = async (): Promise<Handler> => {
  try {
    const { handler } = await import(pathToFileURL(process.argv[2] ?? '').href);
    return handler;
  } catch (thrown) {
    await asked('POST', 'init/error', errorOf(thrown));
    process.exit(1);
  }
};

const handler = await loaded();
for (;;) {
  const { headers, body } = await asked('GET', 'invocation/next');
  const id = String(headers['lambda-runtime-aws-request-id']);
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  try {
    const answer = await handler(JSON.parse(body), {
      awsRequestId: id,
      invokedFunctionArn: String(headers['lambda-runtime-invoked-function-arn']),
      getRemainingTimeInMillis: () => deadline - Date.now(),
    });
    await asked('POST', `invocation/${id}/response`, answer ?? null);
  } catch (thrown) {
    await asked('POST', `invocation/${id}/error`, errorOf(thrown));
  }
}

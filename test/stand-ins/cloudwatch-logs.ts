/** The part of CloudWatch Logs that a pull stands on, in memory: log groups, and FilterLogEvents page by page. */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { clientLimits } from '../../functions/aws/client.ts';
import { logsClient } from '../../functions/aws/pull.ts';
import { closed, listening, openWire, type Wire } from './wire.ts';

export interface StoredLine {
  readonly id: string;
  readonly stream: string;
  readonly time: number;
  readonly message: string;
}

export interface LogGroup {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly lines: StoredLine[];
}

export interface FakeLogs {
  readonly url: string;
  readonly groups: LogGroup[];
  /** How many lines a page has, over and over: 0 is a page that is empty, and not the last. */
  pageSizes: readonly number[];
  /** Whether a line at the end of the range that is asked for belongs to it: the documentation says both. */
  endBelongs: boolean;
  /** What was asked for last. */
  readonly lastFilter: () => FilterInput;
  readonly close: () => Promise<void>;
}

interface FilterInput {
  readonly logGroupName?: string;
  readonly logGroupIdentifier?: string;
  readonly startTime?: number;
  readonly endTime?: number;
  readonly nextToken?: string;
}

interface LogsAnswer {
  readonly status: number;
  readonly body: object;
}

export const refusal = (type: string, message: string): LogsAnswer => ({
  status: 400,
  body: { __type: `com.amazonaws.logs.v20140328#${type}`, message },
});

export const openLogs = async (): Promise<FakeLogs> => {
  const groups: LogGroup[] = [];
  let lastFilter: FilterInput = {};
  let pages = 0;
  const describe = ({ logGroupNamePrefix = '' }: { readonly logGroupNamePrefix?: string }): LogsAnswer => ({
    status: 200,
    body: {
      logGroups: groups
        .filter(({ name }) => name.startsWith(logGroupNamePrefix))
        .map(({ name, account, region }) => ({
          logGroupName: name,
          arn: `arn:aws:logs:${region}:${account}:log-group:${name}:*`,
        })),
    },
  });
  const filter = (input: FilterInput): LogsAnswer => {
    lastFilter = input;
    const name = input.logGroupName ?? input.logGroupIdentifier?.split(':log-group:')[1];
    const group = groups.find((one) => one.name === name);
    if (!group) return refusal('ResourceNotFoundException', 'The specified log group does not exist.');
    const { startTime = 0, endTime = Number.MAX_SAFE_INTEGER, nextToken } = input;
    const found = group.lines
      .filter(({ time }) => time >= startTime && (fake.endBelongs ? time <= endTime : time < endTime))
      .toSorted((left, right) => left.time - right.time);
    const start = nextToken === undefined ? 0 : Number(nextToken.split('/')[0]);
    const size = fake.pageSizes[pages++ % fake.pageSizes.length] ?? 1;
    const isLast = size > 0 && start + size >= found.length;
    return {
      status: 200,
      body: {
        events: found.slice(start, start + size).map(({ id, stream, time, message }) => ({
          eventId: id,
          logStreamName: stream,
          timestamp: time,
          ingestionTime: time + 900,
          message,
        })),
        searchedLogStreams: [],
        ...(!isLast && { nextToken: `${start + size}/${pages}` }),
      },
    };
  };
  const server = createServer(async (incoming, outgoing) => {
    const input = JSON.parse(await text(incoming));
    const { status, body } =
      operationOf(incoming.headers) === 'FilterLogEvents' ? filter(input) : describe(input);
    const answer = JSON.stringify(body);
    outgoing.writeHead(status, { 'content-length': Buffer.byteLength(answer) }).end(answer);
  });
  const fake: FakeLogs = {
    url: await listening(server),
    groups,
    pageSizes: [3, 0, 5],
    endBelongs: true,
    lastFilter: () => lastFilter,
    close: () => closed(server),
  };
  return fake;
};

const operationOf = (headers: Readonly<Record<string, unknown>>): string =>
  String(headers['x-amz-target']).replace(/^.*\./, '');

/** A wire to CloudWatch Logs, or to what stands in for it. */
export const wireToLogs = (target: string): Promise<Wire> =>
  openWire({
    target,
    operationOf: ({ headers }) => operationOf(headers),
    throttles: answerOf(refusal('ThrottlingException', 'Rate exceeded')),
    fails: { ...answerOf(refusal('ServiceUnavailableException', 'sorry')), status: 500 },
  });

export const answerOf = ({
  status,
  body,
}: LogsAnswer): { readonly status: number; readonly body: string } => ({
  status,
  body: JSON.stringify(body),
});

/** `silenceMs`: how long it waits for an answer, and for each part of one. */
export const logsAt = (
  endpoint: string,
  {
    maxAttempts = 1,
    silenceMs = 10_000,
  }: { readonly maxAttempts?: number; readonly silenceMs?: number } = {},
): CloudWatchLogsClient =>
  logsClient('eu-west-1', {
    endpoint,
    credentials: { accessKeyId: 'invented', secretAccessKey: 'invented' },
    maxAttempts,
    // As the product has it, a client slows down for seconds after it was throttled.
    retryMode: 'standard',
    requestHandler: { ...clientLimits.requestHandler, requestTimeout: silenceMs, socketTimeout: silenceMs },
  });

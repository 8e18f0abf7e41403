/** Alerts that are written into a log by the client that Google makes, told over the wire as Cloud Logging speaks it. */
import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ownTokens } from '../../../../functions/gcp/client.ts';
import type { Alert } from '../../../../shared/alert/alert.ts';
import { exampleAlert } from '../../../alert/example.ts';
import { receiverServer } from '../../../alert/sinks/receiver-server.ts';
import { keepsTheAlertContract } from '../../../contracts/alert-sink.ts';
import { openLogging, refused, type Write, type WriteFault } from '../../../stand-ins/cloud-logging.ts';
import { entryIn, logLine, logSinkAt } from '../log-line.ts';
import { project } from '../sink-line.ts';

const inTime = (): number => Date.now() + 20_000;

const writesOf = async (alerts: readonly Alert[], log?: string): Promise<readonly Write[]> => {
  const line = await logLine(log);
  expect(await line.sink.send(alerts, inTime())).toEqual([]);
  await line.close();
  return line.logging.writes();
};

describe('a log', () => {
  // First, for the client would tell of itself once in a process.
  it('gets an entry that says what it is about, with its severity and what it is found by, and none besides', async () => {
    const time = Date.now() - 60_000;
    const alert = { ...exampleAlert(), time };
    expect(await writesOf([alert])).toEqual([
      {
        peer: expect.any(String),
        authorization: 'Bearer invented',
        body: {
          logName: `projects/${project}/logs/klaxon-alerts`,
          resource: { type: 'global' },
          entries: [
            {
              severity: 'WARNING',
              insertId: `${alert.id}-medium`,
              timestamp: new Date(time).toISOString(),
              labels: { severity: 'medium', rule: 'door-opened', cluster: 'prod' },
              jsonPayload: {
                message: expect.stringMatching(
                  /^MEDIUM: A door was opened \| arn:aws:sts::111122223333:.* as dana/,
                ),
                alert: JSON.parse(JSON.stringify(alert)),
              },
            },
          ],
        },
      },
    ]);
  });

  it('tells a worse alert from the one before it, and has no time where the log would not show it', async () => {
    const alert = { ...exampleAlert(), time: Date.now() - 40 * 86_400_000 };
    const entries = (await writesOf([alert, { ...alert, severity: 'critical', time: 1e300 }])).map(entryIn);
    expect(
      entries
        .map(({ insertId, severity, timestamp }) => [insertId, severity, timestamp])
        .toSorted(([left], [right]) => String(left).localeCompare(String(right))),
    ).toEqual([
      [`${alert.id}-critical`, 'CRITICAL', undefined],
      [`${alert.id}-medium`, 'WARNING', undefined],
    ]);
  });

  it('gets texts whole, where the log that they are from had half a letter', async () => {
    const [write] = await writesOf([{ ...exampleAlert(), cluster: 'prod\ud83d', why: 'a\ud83db' }]);
    expect(write && entryIn(write)).toMatchObject({
      labels: { cluster: 'prod\ufffd' },
      jsonPayload: { alert: { cluster: 'prod\ufffd', why: 'a\ufffdb' } },
    });
  });

  it('may be of another project, by its full name', async () => {
    const [write] = await writesOf([exampleAlert()], 'projects/security-example/logs/klaxon%2Falerts');
    expect(write?.body['logName']).toBe('projects/security-example/logs/klaxon%2Falerts');
  });

  it('that is of no project is told before anything is taken', () => {
    const options = { origin: 'http://127.0.0.1:9', timeoutMs: 1000 };
    expect(() => logSinkAt({ ...options, log: 'folders/1/logs/alerts' })).toThrow(
      'folders/1/logs/alerts is no log: expected its name, or projects/PROJECT/logs/NAME',
    );
  });

  keepsTheAlertContract(() => logLine(), { knowsKeys: true, isVerbatim: true });
});

describe('a refusal', () => {
  const reasonOf = async (fault: WriteFault) => {
    const logging = await openLogging();
    logging.refuseWrites(() => fault);
    const sink = logSinkAt({ origin: logging.endpoint, timeoutMs: 20_000 });
    const [undelivered] = await sink.send([exampleAlert()], inTime());
    await logging.close();
    return { reason: undelivered?.reason, asked: logging.writes().length };
  };

  it.each([
    ['PERMISSION_DENIED', false],
    ['NOT_FOUND', false],
    ['UNAUTHENTICATED', false],
    ['RESOURCE_EXHAUSTED', true],
    ['INTERNAL', true],
    ['UNAVAILABLE', true],
  ] as const)('by %s is asked for once, and says whether it may pass', async (name, retryable) => {
    const { reason, asked } = await reasonOf({ code: status[name], details: 'in words' });
    expect(asked).toBe(1);
    expect(reason).toMatchObject({
      code: 'alert',
      retryable,
      message: `the log of "sink" cannot be used: ${name}: in words`,
    });
  });
});

describe('a sink of a log', () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  /** Vitest fails by itself where a promise is rejected that nobody caught. */
  const opened = async () => {
    const logging = await openLogging();
    ends.push(logging.close);
    return logging;
  };

  const headers = { 'metadata-flavor': 'Google', 'content-type': 'application/json' };
  const openedMetadata = async () => {
    const metadata = await receiverServer({
      takes: { status: 200, headers, body: '{"access_token":"invented","expires_in":3600}' },
      refuses: { status: 404, headers },
      fails: { status: 403, headers },
    });
    ends.push(metadata.close, () => vi.unstubAllEnvs());
    vi.stubEnv('GCE_METADATA_HOST', new URL(metadata.url).host);
    for (const name of ['K_SERVICE', 'K_CONFIGURATION']) vi.stubEnv(name, 'klaxon-test-deliveries');
    vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', '');
    vi.stubEnv('HOME', '/nowhere');
    return metadata;
  };

  it('that has no token hands nothing over, and gives the alert once there is one', async () => {
    const [logging, metadata] = [await opened(), await openedMetadata()];
    const sink = logSinkAt({ origin: logging.endpoint, timeoutMs: 20_000, tokenOf: ownTokens(project) });
    metadata.be('fails');
    const [undelivered] = await sink.send([exampleAlert()], inTime());
    expect(undelivered?.reason).toMatchObject({ code: 'alert' });
    expect(logging.writes()).toEqual([]);
    metadata.be('takes');
    expect(await sink.send([exampleAlert()], inTime())).toEqual([]);
    expect(logging.written()).toHaveLength(1);
    // Nobody is asked where the function runs, or what else it might be.
    expect(metadata.received.filter(({ path }) => !/\/token\b/.test(path))).toEqual([]);
  });

  it('that waits for its token is given up in time', async () => {
    const logging = await opened();
    const sink = logSinkAt({
      origin: logging.endpoint,
      timeoutMs: 50,
      tokenOf: () => new Promise(() => undefined),
    });
    const [undelivered] = await sink.send([exampleAlert()], inTime());
    expect(undelivered?.reason).toMatchObject({ code: 'alert', retryable: true });
    expect(logging.writes()).toEqual([]);
  });

  it('whose client cannot be made ready hands nothing over, and is made ready by the next alert', async () => {
    const logging = await opened();
    ends.push(() => vi.unstubAllEnvs());
    // Then the client looks for a certificate of this machine, and finds none.
    vi.stubEnv('GOOGLE_API_USE_CLIENT_CERTIFICATE', 'true');
    vi.stubEnv('HOME', '/nowhere');
    const sink = logSinkAt({ origin: logging.endpoint, timeoutMs: 20_000 });
    const [undelivered] = await sink.send([exampleAlert()], inTime());
    expect(undelivered?.reason.message).toContain('ENOENT');
    vi.unstubAllEnvs();
    expect(await sink.send([exampleAlert()], inTime())).toEqual([]);
    expect(logging.written()).toHaveLength(1);
  });

  it('takes another connection where the one before has fallen silent', async () => {
    const logging = await opened();
    const sink = logSinkAt({ origin: logging.endpoint, timeoutMs: 2000 });
    logging.refuseWrites(() => 'hangs');
    const [undelivered] = await sink.send([exampleAlert()], inTime());
    expect(undelivered?.reason).toMatchObject({ code: 'alert', retryable: true });
    logging.refuseWrites(() => refused);
    const [again] = await sink.send([exampleAlert()], inTime());
    expect(again?.reason).toMatchObject({ retryable: false });
    logging.refuseWrites(() => undefined);
    expect(await sink.send([exampleAlert()], inTime())).toEqual([]);
    expect(new Set(logging.writes().map(({ peer }) => peer)).size).toBe(2);
  });
});

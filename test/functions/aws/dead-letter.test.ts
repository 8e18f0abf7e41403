/** The queue of alerts that nobody took, told over the wire as SQS speaks it. */
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from 'vitest';
import { queueDeadLetter, sinkLimits } from '../../../functions/aws/alerts.ts';
import type { Alert } from '../../../shared/alert/alert.ts';
import type { DeadAlert } from '../../../shared/alert/sink.ts';
import { KlaxonError } from '../../../shared/errors.ts';
import { exampleAlert } from '../../alert/example.ts';
import { type ReceiverServer, receiverServer } from '../../alert/sinks/receiver-server.ts';
import { jsonAnswer, jsonFault } from './sink-line.ts';

describe('the dead letter queue', () => {
  let server: ReceiverServer | undefined;
  afterEach(() => server?.close());

  const opened = async () => {
    server = await receiverServer({
      takes: jsonAnswer({ Successful: [], Failed: [] }),
      refuses: jsonFault(400, 'com.amazonaws.sqs#QueueDoesNotExist'),
      fails: jsonFault(503, 'ServiceUnavailable'),
    });
    const endpoint = server.url.replace(/\/hook$/, '');
    const client = new SQSClient({
      ...sinkLimits,
      endpoint,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'invented', secretAccessKey: 'invented' },
      // What the stand-in answers holds no digests to check.
      md5: false,
    });
    return { letters: queueDeadLetter(`${endpoint}/111122223333/dead`, client), server };
  };
  const letter = (over: Partial<Alert> = {}): DeadAlert => ({
    alert: { ...exampleAlert(), ...over },
    sink: 'chat',
    reason: 'refused',
    attempts: 1,
    givenUpAt: 1,
  });
  const batchesIn = ({ received }: ReceiverServer): readonly (readonly DeadAlert[])[] =>
    received.map(({ body }) =>
      JSON.parse(body).Entries.map((entry: { MessageBody: string }) => JSON.parse(entry.MessageBody)),
    );

  it('keeps every letter with its alert, ten to a request', async () => {
    const { letters, server: queue } = await opened();
    await letters.put(Array.from({ length: 23 }, () => letter()));
    const batches = batchesIn(queue);
    expect(batches.map(({ length }) => length)).toEqual([10, 10, 3]);
    expect(batches[0]?.[0]).toEqual(JSON.parse(JSON.stringify(letter())));
  });

  it('cuts what is too large, and sends fewer at once where they are large together', async () => {
    const { letters, server: queue } = await opened();
    const large = letter({ message: 'x'.repeat(100_000) });
    await letters.put([large, large, large, letter({ message: '\u0001'.repeat(300_000) })]);
    expect(queue.received.map(({ body }) => Buffer.byteLength(body) < 1024 * 1024)).not.toContain(false);
    const sizes = batchesIn(queue).map((batch) =>
      batch.reduce((sum, one) => sum + Buffer.byteLength(JSON.stringify(one)), 0),
    );
    expect(Math.max(...sizes)).toBeLessThanOrEqual(256 * 1024);
    expect(batchesIn(queue).flat()).toHaveLength(4);
  });

  it.each([
    ['refuses', false],
    ['fails', true],
    ['closes', true],
  ] as const)('that %s says so, and whether it may yet take them: %s', async (mood, retryable) => {
    const { letters, server: queue } = await opened();
    queue.be(mood);
    const fault = await letters.put([letter()]).catch((thrown: unknown) => thrown);
    expect(fault).toBeInstanceOf(KlaxonError);
    expect(fault).toMatchObject({ code: 'alert', retryable });
  });

  it('that takes some of a batch has not taken it', async () => {
    const { letters, server: queue } = await opened();
    queue.be(
      jsonAnswer({ Successful: [], Failed: [{ Id: '0', Code: 'InternalError', SenderFault: false }] }),
    );
    await expect(letters.put([letter()])).rejects.toMatchObject({ code: 'alert', retryable: true });
  });
});

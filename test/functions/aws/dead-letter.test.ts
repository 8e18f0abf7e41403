/** The queue of alerts that nobody took, told over the wire as SQS speaks it. */
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from 'vitest';
import { queueDeadLetter, sinkLimits } from '../../../functions/aws/alerts.ts';
import type { DeadAlert } from '../../../shared/alert/sink.ts';
import { type ReceiverServer, receiverServer } from '../../alert/sinks/receiver-server.ts';
import { deadAlert, saysWhatIsNotKept } from '../../contracts/dead-letter.ts';
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
  const batchesIn = ({ received }: ReceiverServer): readonly (readonly DeadAlert[])[] =>
    received.map(({ body }) =>
      JSON.parse(body).Entries.map((entry: { MessageBody: string }) => JSON.parse(entry.MessageBody)),
    );

  it('keeps every letter with its alert, ten to a request', async () => {
    const { letters, server: queue } = await opened();
    await letters.put(Array.from({ length: 23 }, () => deadAlert()));
    const batches = batchesIn(queue);
    expect(batches.map(({ length }) => length)).toEqual([10, 10, 3]);
    expect(batches[0]?.[0]).toEqual(JSON.parse(JSON.stringify(deadAlert())));
  });

  it('cuts what is too large, and sends fewer at once where they are large together', async () => {
    const { letters, server: queue } = await opened();
    const large = deadAlert({ message: 'x'.repeat(100_000) });
    await letters.put([large, large, large, deadAlert({ message: '\u0001'.repeat(300_000) })]);
    expect(queue.received.map(({ body }) => Buffer.byteLength(body) < 1024 * 1024)).not.toContain(false);
    const sizes = batchesIn(queue).map((batch) =>
      batch.reduce((sum, one) => sum + Buffer.byteLength(JSON.stringify(one)), 0),
    );
    expect(Math.max(...sizes)).toBeLessThanOrEqual(256 * 1024);
    expect(batchesIn(queue).flat()).toHaveLength(4);
  });

  saysWhatIsNotKept(opened);

  it('that takes some of a batch has not taken it', async () => {
    const { letters, server: queue } = await opened();
    queue.be(
      jsonAnswer({ Successful: [], Failed: [{ Id: '0', Code: 'InternalError', SenderFault: false }] }),
    );
    await expect(letters.put([deadAlert()])).rejects.toMatchObject({ code: 'alert', retryable: true });
  });
});

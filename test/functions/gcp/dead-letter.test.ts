/** The topic of alerts that nobody took, told over the wire as Pub/Sub speaks it. */
import { afterEach, describe, expect, it } from 'vitest';
import { topicDeadLetter } from '../../../functions/gcp/alerts.ts';
import type { DeadAlert } from '../../../shared/alert/sink.ts';
import { type ReceiverServer, receiverServer } from '../../alert/sinks/receiver-server.ts';
import { deadAlert, saysWhatIsNotKept } from '../../contracts/dead-letter.ts';
import { asker, usual } from './sink-line.ts';

describe('the topic of dead letters', () => {
  let server: ReceiverServer | undefined;
  afterEach(() => server?.close());

  const opened = async () => {
    server = await receiverServer(usual);
    const topic = 'projects/klaxon-example/topics/klaxon-dead-letters';
    const origin = server.url.replace(/\/hook$/, '');
    return { letters: topicDeadLetter(topic, { ask: asker(10_000), originOf: () => origin }), server };
  };
  const batchesIn = ({ received }: ReceiverServer): readonly (readonly DeadAlert[])[] =>
    received.map(({ body }) =>
      JSON.parse(body).messages.map(({ data }: { data: string }) =>
        JSON.parse(Buffer.from(data, 'base64').toString('utf8')),
      ),
    );

  it('keeps every letter with its alert, a hundred to a request', async () => {
    const { letters, server: topic } = await opened();
    await letters.put(Array.from({ length: 230 }, () => deadAlert()));
    const batches = batchesIn(topic);
    expect(batches.map(({ length }) => length)).toEqual([100, 100, 30]);
    expect(batches[0]?.[0]).toEqual(JSON.parse(JSON.stringify(deadAlert())));
    expect(topic.received[0]?.path).toBe('/v1/projects/klaxon-example/topics/klaxon-dead-letters:publish');
  });

  it('cuts what is too large, and sends fewer at once where they are large together', async () => {
    const { letters, server: topic } = await opened();
    const large = deadAlert({ message: 'x'.repeat(400_000) });
    await letters.put([large, large, large, deadAlert({ message: '\u0001'.repeat(2_000_000) })]);
    expect(topic.received.map(({ body }) => body.length < 10_000_000)).not.toContain(false);
    expect(batchesIn(topic).map(({ length }) => length)).toEqual([2, 2]);
  });

  saysWhatIsNotKept(opened);
});

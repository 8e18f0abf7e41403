/** Topics and subscriptions of a project of this process's own, as Google's emulator of Pub/Sub plays them. */
import { jsonIn } from '../../functions/gcp/client.ts';
import { listOf, pathOf, textOf } from '../../shared/schema/json.ts';
import { askerOf } from '../stand-ins/google.ts';
import { emulatorOf } from './emulators.ts';

export const pubsub = emulatorOf('pubsub');

export const topicsOf = (place: string) => {
  const ask = askerOf({ silenceMs: 60_000 });

  const call = async (method: 'POST' | 'PUT', path: string, body: object) =>
    jsonIn(await ask({ method, url: `${pubsub}/v1/${path}`, body }));

  const publish = (texts: readonly string[]) =>
    call('POST', `${place}/topics/logs:publish`, {
      messages: texts.map((text) => ({ data: Buffer.from(text).toString('base64') })),
    });

  /** What has come to a subscription by now, and is acknowledged. */
  const pulled = async (name: string): Promise<readonly string[]> => {
    const subscription = `${place}/subscriptions/${name}`;
    const answer = await call('POST', `${subscription}:pull`, { maxMessages: 100, returnImmediately: true });
    const received = listOf(pathOf(answer, 'receivedMessages'));
    const ackIds = received.map((one) => textOf(pathOf(one, 'ackId')) ?? '');
    if (ackIds.length > 0) await call('POST', `${subscription}:acknowledge`, { ackIds });
    return received.map((one) =>
      Buffer.from(textOf(pathOf(one, 'message', 'data')) ?? '', 'base64').toString('utf8'),
    );
  };

  /** Waits until so many messages have come. */
  const awaited = async (name: string, count: number): Promise<readonly string[]> => {
    const texts: string[] = [];
    while (texts.length < count) texts.push(...(await pulled(name)));
    return texts;
  };

  return { call, publish, awaited };
};

/** The generic webhook, told over HTTP by the Standard Webhooks scheme. */
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { findingToOcsf } from '../../../shared/alert/ocsf-finding.ts';
import { signed, webhook } from '../../../shared/alert/sinks/webhook.ts';
import { keepsTheAlertContract, type Taken } from '../../contracts/alert-sink.ts';
import { exampleAlert } from '../example.ts';
import { httpLine } from './http-line.ts';
import type { Received } from './receiver-server.ts';

const key = (letter: string): string => `whsec_${Buffer.from(letter.repeat(32)).toString('base64')}`;

const read = ({ body, headers }: Received): Taken => ({
  id: String(headers['webhook-id']).replace(/-[a-z]+$/, ''),
  text: body,
  active: [],
  size: body.length,
  maxSize: Number.POSITIVE_INFINITY,
});

const open = (form?: 'alert' | 'ocsf', plainSecret = key('a')) =>
  httpLine({ receiverAt: (url) => webhook({ url, form, version: '1.2.3' }), plainSecret, read });

keepsTheAlertContract(() => open('alert'), { knowsKeys: true, isVerbatim: true });

const sentTo = async (form?: 'alert' | 'ocsf', plainSecret = key('a')): Promise<Received> => {
  const line = await open(form, plainSecret);
  const failed = await line.sink.send([exampleAlert()], Date.now() + 10_000);
  await line.close();
  const [request] = line.server.received;
  if (!request) throw new Error(`nothing was sent: ${failed[0]?.reason.message}`);
  return request;
};

/** As the specification tells a receiver to check it. */
const verifies = ({ headers, body }: Received, secret: string): boolean => {
  const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const secretBytes = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const expected = `v1,${createHmac('sha256', secretBytes).update(content).digest('base64')}`;
  return String(headers['webhook-signature']).split(' ').includes(expected);
};

describe('a signature', () => {
  it('is the one that the scheme gives', () => {
    // The vector that the reference implementations of Standard Webhooks test themselves with.
    const headers = signed(
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      1614265330,
      '{"test": 2432232314}',
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    );
    expect(headers).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('holds for what was sent, and for neither another body nor another key', async () => {
    const request = await sentTo();
    expect(verifies(request, key('a'))).toBe(true);
    expect(verifies(request, key('b'))).toBe(false);
    expect(verifies({ ...request, body: request.body.replace('dana', 'eve') }, key('a'))).toBe(false);
  });

  it('is there once for each key while one takes the place of another', async () => {
    const request = await sentTo('alert', `${key('b')} ${key('a')}\n`);
    expect(String(request.headers['webhook-signature']).split(' ')).toHaveLength(2);
    expect(verifies(request, key('a'))).toBe(true);
    expect(verifies(request, key('b'))).toBe(true);
  });

  it.each([
    '',
    'whsec_',
    'whsec_c2hvcnQ=',
    `whsec_${'A'.repeat(100)}`,
    'not base64 at all, but long enough to be a key',
  ])('is not made with what is no key: "%s"', async (secret) => {
    const line = await open('alert', secret);
    const failed = await line.sink.send([exampleAlert()], Date.now() + 10_000);
    await line.close();
    expect(line.asked()).toBe(0);
    expect(failed[0]?.reason).toMatchObject({
      retryable: false,
      message: 'the secret is no signing key: whsec_ and base64 of 24 to 64 bytes',
    });
  });
});

describe('the body', () => {
  it('is the alert, as a line of JSON', async () => {
    const { body, headers } = await sentTo();
    expect(headers['content-type']).toBe('application/json');
    expect(body).toBe(`${JSON.stringify(exampleAlert())}\n`);
  });

  it('is an OCSF Detection Finding where that is asked for', async () => {
    const { body } = await sentTo('ocsf');
    expect(JSON.parse(body)).toEqual(JSON.parse(JSON.stringify(findingToOcsf(exampleAlert(), '1.2.3'))));
  });
});

describe('the id of a message', () => {
  it('is the same however often it is sent, and another once the alert has grown worse', () => {
    const receiver = webhook({ url: 'https://soc.example.com', version: '1' });
    const idOf = (severity: 'medium' | 'high', now: number): string | undefined =>
      receiver.requestOf({ ...exampleAlert(), severity }, key('a'), now).headers?.['webhook-id'];
    expect(idOf('medium', 1)).toBe(idOf('medium', 2));
    expect(idOf('high', 1)).not.toBe(idOf('medium', 1));
  });
});

/** The network as Node's fetch gives it, on the loopback. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { post } from '../functions/http.ts';

const servers: Server[] = [];

const urlOf = async (respond: (response: ServerResponse) => void): Promise<string> => {
  const server = createServer((_, response) => respond(response));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-path`;
};

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

afterEach(() => Promise.all(servers.splice(0).map(closed)));

const posted = (url: string, timeoutMs = 10_000) => post({ url, headers: {}, body: '{}', timeoutMs });

describe('a request', () => {
  it('answers with the status, the wait that is asked for, and the reason', async () => {
    const url = await urlOf((response) => response.writeHead(429, { 'retry-after': '3' }).end('slow down'));
    expect(await posted(url)).toEqual({ status: 429, retryAfter: '3', text: 'slow down' });
  });

  it('follows no redirection', async () => {
    const url = await urlOf((response) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end());
    expect(await posted(url)).toEqual({ status: 302, retryAfter: undefined, text: '' });
  });

  it('reads no more of an endless reason than a person needs', async () => {
    const url = await urlOf((response) => {
      response.writeHead(500);
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
        response.once('drain', more);
      };
      more();
    });
    expect(await posted(url)).toEqual({ status: 500, retryAfter: undefined, text: 'x'.repeat(1000) });
  });

  it('keeps the status where the reason never comes, and does not wait for the words of a success', async () => {
    const unfinished = (status: number) =>
      urlOf((response) => response.writeHead(status, { 'content-length': '10' }).write('on'));
    expect(await posted(await unfinished(503), 200)).toMatchObject({ status: 503 });
    expect(await posted(await unfinished(200))).toMatchObject({ status: 200, text: '' });
  });

  it('that nobody answers in time is given up', async () => {
    const url = await urlOf(() => undefined);
    const host = new URL(url).host;
    await expect(posted(url, 50)).rejects.toMatchObject({
      code: 'alert',
      retryable: true,
      message: `no answer from ${host}: not within 50 ms`,
    });
  });

  it('that does not get through says why, and keeps the path to itself', async () => {
    const url = await urlOf(() => undefined);
    await closed(servers.splice(0)[0] as Server);
    const fault = await posted(url).catch((thrown: unknown) => thrown);
    expect(fault).toMatchObject({
      retryable: true,
      message: `no answer from ${new URL(url).host}: ECONNREFUSED`,
    });
    expect(inspect(fault)).not.toContain('secret-path');
    const nonsense = await posted('secret-path').catch((thrown: unknown) => thrown);
    expect(inspect(nonsense)).toContain('no answer from an address that is none');
    expect(inspect(nonsense)).not.toContain('secret-path');
  });
});

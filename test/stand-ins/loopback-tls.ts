/** Requests to any https address go to a server on the loopback, without TLS, for as long as it is not taken back. */
import http from 'node:http';
import https from 'node:https';

type Answered = (answer: http.IncomingMessage) => void;

/** The host that was meant stands in the header `x-host`. Answers how to take it back. */
export const endTlsAt = (gateway: string): (() => void) => {
  const { hostname, port } = new URL(gateway);
  const { request: original } = https;
  const redirected = (options: https.RequestOptions, callback?: Answered): http.ClientRequest => {
    const { hostname: meant = options.host, headers } = options;
    const own = { ...options, agent: undefined, protocol: 'http:', host: hostname, hostname, port };
    return http.request({ ...own, headers: { ...headers, 'x-host': String(meant) } }, callback);
  };
  Object.assign(https, { request: redirected });
  return () => void Object.assign(https, { request: original });
};

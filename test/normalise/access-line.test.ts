/** Access lines, whole, cut and hostile: what they state is read, and nothing else. */
import { describe, expect, it } from 'vitest';
import { decode } from '../../shared/decode/decode.ts';
import { accessLineOf } from '../../shared/normalise/access-line.ts';
import { isEvent, normalise } from '../../shared/normalise/normalise.ts';

const head = '203.0.113.5 - - [04/Mar/2026:05:06:07 +0000] "';
const tail = '" 200 5 "-" "curl/8.5.0" 120 0.004 [shop-web-80] [] 10.0.0.8:8080 5 0.004 200 abc';
const fieldsOf = (line: string) => accessLineOf(line)?.fields;

const eventsOf = (delivery: unknown) => decode(delivery).records.map(normalise).filter(isEvent);

describe('an access line', () => {
  it('is no line at all without an address, a time and a request', () => {
    for (const line of ['', head.slice(0, -1), 'GET / HTTP/1.1', `${head.replace('Mar', '03')}GET /${tail}`])
      expect(accessLineOf(line)).toBeUndefined();
  });

  it('has a method and a URI only where the request line has them', () => {
    expect(fieldsOf(`${head}GET / HTTP/1.1${tail}`)).toMatchObject({
      request: 'GET / HTTP/1.1',
      request_method: 'GET',
      request_uri: '/',
      server_protocol: 'HTTP/1.1',
    });
    expect(fieldsOf(`${head}GET /a b c HTTP/1.1${tail}`)?.request_uri).toBe('/a b c');
    expect(fieldsOf(`${head}GET /a${tail}`)).toMatchObject({ request_uri: '/a', server_protocol: undefined });
    for (const request of ['', '-', '\\x16\\x03\\x01', 'get /', `${'A'.repeat(40)} /`])
      expect(fieldsOf(`${head}${request}${tail}`)).toMatchObject({ request, request_method: undefined });
  });

  it('keeps its status where the request holds a quote that nobody escaped', () => {
    expect(fieldsOf(`${head}GET /?q="x" HTTP/1.1${tail}`)).toMatchObject({
      request_uri: '/?q="x"',
      status: 200,
      upstream_status: '200',
    });
  });

  it('takes no status from a user name or a request that looks like the end of one', () => {
    const forged = `203.0.113.5 - x\\x22 200 5 \\x22 [04/Mar/2026:05:06:07 +0000] "GET /\\x22 200 5 \\x22-\\x22 HTTP/1.1" 403 7 "-" "-"`;
    expect(fieldsOf(forged)).toMatchObject({ remote_user: 'x\\x22 200 5 \\x22', status: 403 });
  });

  it('keeps what came before the place where it was cut, and says that it was', () => {
    const line = `${head}GET /search?q=1 HTTP/1.1${tail}`;
    for (let length = head.length; length < line.length; length++) {
      const cut = accessLineOf(line.slice(0, length));
      expect(cut?.truncated).toBe(cut?.fields.status === undefined);
      expect(line).toContain(cut?.fields.request);
      if (cut?.fields.status !== undefined) expect(cut.fields.status).toBe(200);
    }
  });

  it('tells the attempts of several upstreams apart from the next field', () => {
    const several = `${head}GET / HTTP/1.1" 200 5 "-" "-" 120 0.004 [shop-web-80] [] 10.0.0.8:80, unix:/run/a.sock : 10.0.0.9:80 0, - : 5 0.001, - : 0.002 502, - : 200 abc`;
    expect(fieldsOf(several)).toMatchObject({
      upstream_addr: '10.0.0.8:80, unix:/run/a.sock : 10.0.0.9:80',
      upstream_response_length: '0, - : 5',
      upstream_response_time: '0.001, - : 0.002',
      upstream_status: '502, - : 200',
      req_id: 'abc',
    });
  });

  it('of any length is read once, whatever it is made of', () => {
    for (const part of [
      'a',
      '"',
      '" 200 5 ',
      '\\',
      '[',
      ' : ',
      ', ',
      '?a',
      'eyJa-',
      '://:',
      '%25',
      ' - [04/',
    ])
      for (const end of ['', tail]) {
        const filler = part.repeat(1_000_000 / part.length);
        const [event] = eventsOf(`${head}GET /?q=${filler} HTTP/1.1${end}\n`);
        expect(event?.action.verb ?? 'GET').toBe('GET');
        expect(eventsOf(`${filler}${head}`).length).toBeLessThan(2);
        expect(
          accessLineOf(`${head}GET / HTTP/1.1" 200 5 "-" "-" 1 1 [x] [] ${filler}${end}`)?.truncated,
        ).toBe(false);
      }
  });

  it('may hold bytes that are no text, and names that every object inherits', () => {
    const bytes = Buffer.concat([
      Buffer.from(`${head}GET /`),
      Buffer.from([0xff, 0xfe, 0xc3]),
      Buffer.from(` HTTP/1.1${tail}`),
    ]);
    expect(eventsOf(bytes)[0]?.action).toMatchObject({ verb: 'GET', uri: '/���' });
    const [event] = eventsOf(`${head}GET /?__proto__[polluted]=1 HTTP/1.1${tail}`);
    expect(event?.native?.request_uri).toBe('/?__proto__[polluted]=1');
    expect('polluted' in {}).toBe(false);
  });

  it('makes no actor of the name that a client sent', () => {
    const [event] = eventsOf(`${head.replace('- -', '- admin')}GET / HTTP/1.1" 401 5 "-" "-"`);
    expect(event?.actor).toEqual({ type: 'unknown' });
    expect(event?.native?.remote_user).toBe('admin');
    expect(event?.outcome).toEqual({ result: 'failure', code: 401 });
  });
});

/**
 * One line of an access log in, its fields under the names of nginx's variables out.
 *
 * The formats: nginx's `combined` (ngx_http_log_module), and `upstreaminfo`, the default of ingress-nginx (its user guide,
 * "Log format"), with the second bracket that version 0.26 brought or without. nginx writes a quote inside a value as
 * `\x22`; values are kept as written.
 */
import { withoutUrlSecrets } from './redact-url.ts';

export interface AccessLine {
  readonly fields: {
    readonly remote_addr: string;
    readonly remote_user?: string | undefined;
    readonly time_local: string;
    /** The request line as the client sent it, which may be anything. */
    readonly request: string;
    readonly request_method?: string | undefined;
    readonly request_uri?: string | undefined;
    readonly server_protocol?: string | undefined;
    readonly status?: number | undefined;
    readonly body_bytes_sent?: number | undefined;
    readonly http_referer?: string | undefined;
    readonly http_user_agent?: string | undefined;
    /** Bytes. */
    readonly request_length?: number | undefined;
    /** Seconds. */
    readonly request_time?: number | undefined;
    readonly proxy_upstream_name?: string | undefined;
    readonly proxy_alternative_upstream_name?: string | undefined;
    /** Those of several attempts stand behind one another, as nginx writes them. */
    readonly upstream_addr?: string | undefined;
    readonly upstream_response_length?: string | undefined;
    readonly upstream_response_time?: string | undefined;
    readonly upstream_status?: string | undefined;
    /** Chosen by the client where it sends X-Request-ID. */
    readonly req_id?: string | undefined;
  };
  /** The line ends before the status: its tail was cut off on the way. */
  readonly truncated: boolean;
}

const head = /^(\S+) - ([^"]*?) ?\[(\d{2}\/[A-Z][a-z]{2}\/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4})\] "/;
const answer = /" (\d{3}) (\d+|-)(?= "|\s*$)/g;
const quoted = ' "((?:[^"\\\\]|\\\\.)*)"';
const headers = new RegExp(`${quoted}${quoted}`, 'y');

/** One value, or those of several attempts, told apart by commas and colons. */
const attempts = '((?:[^\\s,]+(?:, | : ))*[^\\s,:][^\\s,]*)';
const upstream = new RegExp(
  ` (\\d+) ([\\d.]+) \\[([^\\]]*)\\] (?:\\[([^\\]]*)\\] )?${attempts} ${attempts} ${attempts} ${attempts} (\\S+)`,
  'y',
);

export const accessLineOf = (line: string): AccessLine | undefined => {
  const start = head.exec(line);
  if (!start) return undefined;
  const [opening, address = '', user = '', time = ''] = start;
  const from = opening.length;
  answer.lastIndex = from;
  const status = answer.exec(line);
  const request = status ? line.slice(from, status.index) : cutAtQuote(line.slice(from));
  return {
    fields: {
      remote_addr: address,
      // Before 0.26 the address stood once more in front of the user.
      remote_user: said(user.replace(/^\[[^\]]*\] - /, '')),
      time_local: time,
      ...requestOf(withoutUrlSecrets(request)),
      status: status ? Number(status[1]) : undefined,
      body_bytes_sent: numberIn(status?.[2]),
      ...(status && restOf(line, answer.lastIndex)),
    },
    truncated: status === null,
  };
};

const cutAtQuote = (text: string): string => {
  const quote = text.indexOf('"');
  return quote < 0 ? text : text.slice(0, quote);
};

/** A client may send anything for a request line; only what has the form of one has a method and a URI. */
const requestOf = (request: string) => {
  const match = requestForm.exec(request);
  return {
    request,
    request_method: match?.[1],
    request_uri: match?.[2],
    server_protocol: match?.[3],
  };
};

const requestForm = /^([A-Z][A-Z_-]{0,31}) (\S.*?)(?: (HTTP\/\d(?:\.\d)?))?$/;

const restOf = (line: string, at: number) => {
  headers.lastIndex = at;
  const [whole = '', referer, agent] = headers.exec(line) ?? [];
  upstream.lastIndex = at + whole.length;
  const tail = whole === '' ? null : upstream.exec(line);
  return {
    http_referer: withoutSecrets(said(referer)),
    http_user_agent: withoutSecrets(said(agent)),
    request_length: numberIn(tail?.[1]),
    request_time: numberIn(tail?.[2]),
    proxy_upstream_name: said(tail?.[3]),
    proxy_alternative_upstream_name: said(tail?.[4]),
    upstream_addr: said(tail?.[5]),
    upstream_response_length: said(tail?.[6]),
    upstream_response_time: said(tail?.[7]),
    upstream_status: said(tail?.[8]),
    req_id: said(tail?.[9]),
  };
};

const withoutSecrets = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : withoutUrlSecrets(text);

/** nginx writes a hyphen where it has nothing to say. */
const said = (text: string | undefined): string | undefined =>
  text === undefined || text === '' || text === '-' ? undefined : text;

const numberIn = (text: string | undefined): number | undefined => {
  const value = Number(said(text) ?? Number.NaN);
  return Number.isFinite(value) ? value : undefined;
};

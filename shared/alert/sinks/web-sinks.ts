/** Sinks as settings name them in; those that every cloud has, because they are told by HTTP, out. */
import type { Sink } from '../../settings/settings.ts';
import type { AlertSink } from '../sink.ts';
import { type HttpSinkOptions, httpSink, type Receiver } from './http-sink.ts';
import { pagerDuty, pagerDutyAddresses } from './pagerduty.ts';
import { slack } from './slack.ts';
import { teams } from './teams.ts';
import { webhook } from './webhook.ts';

export interface WebSinkOptions extends Pick<HttpSinkOptions, 'secretOf' | 'post' | 'now' | 'timeoutMs'> {
  /** Of the product. */
  readonly version: string;
}

/** The other kinds are a cloud's own, and left to it. */
export const webSinks = (
  sinks: Readonly<Record<string, Sink>>,
  options: WebSinkOptions,
): readonly AlertSink[] =>
  Object.entries(sinks).flatMap(([name, sink]) => {
    const receiver = receiverOf(sink, options.version);
    return receiver && 'secret' in sink
      ? [httpSink({ ...options, name, receiver, secret: sink.secret })]
      : [];
  });

const receiverOf = (sink: Sink, version: string): Receiver | undefined => {
  switch (sink.type) {
    case 'slack':
      return slack;
    case 'teams':
      return teams;
    case 'pagerduty':
      return pagerDuty(pagerDutyAddresses[sink.region ?? 'us']);
    case 'webhook':
      return webhook({ url: sink.url, form: sink.form, version });
    default:
      return undefined;
  }
};

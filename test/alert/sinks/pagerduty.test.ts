/** PagerDuty's Events API, told over HTTP. */
import { describe, expect, it } from 'vitest';
import type { Alert } from '../../../shared/alert/alert.ts';
import { pagerDuty, pagerDutyAddresses } from '../../../shared/alert/sinks/pagerduty.ts';
import { severities } from '../../../shared/schema/severity.ts';
import { keepsTheAlertContract, type Taken } from '../../contracts/alert-sink.ts';
import { exampleAlert } from '../example.ts';
import { httpLine } from './http-line.ts';
import type { Received } from './receiver-server.ts';

const key = '0123456789abcdef0123456789abcdef';

const read = ({ body }: Received): Taken => {
  const { dedup_key, payload } = JSON.parse(body);
  const details = Object.entries(payload.custom_details).map(([label, text]) => `${label}  ${text}`);
  return {
    id: dedup_key,
    text: [payload.summary, payload.source, payload.class, ...details].join('\n'),
    // All of it is shown as text; links and images are lists of their own, which are not sent.
    active: Object.keys(JSON.parse(body)).filter((name) => name === 'links' || name === 'images'),
    size: Math.max(Buffer.byteLength(body) / (512 * 1024), payload.summary.length / 1024),
    maxSize: 1,
  };
};

const open = (plainSecret = key) => httpLine({ receiverAt: (url) => pagerDuty(url), plainSecret, read });

keepsTheAlertContract(open, { knowsKeys: true, isVerbatim: false });

const eventFor = (alert: Alert) =>
  JSON.parse(pagerDuty().requestOf(alert, key, 0).body) as {
    readonly payload: Readonly<Record<string, unknown>>;
  };

describe('an event for PagerDuty', () => {
  it('is a trigger with the alert for its key, what happened in a line, and the rest beside it', () => {
    const alert = exampleAlert();
    expect(eventFor(alert)).toEqual({
      routing_key: key,
      event_action: 'trigger',
      dedup_key: alert.id,
      client: 'Klaxon',
      payload: {
        summary:
          'MEDIUM: A door was opened | arn:aws:sts::111122223333:assumed-role/Developer/dana as dana, groups developers, credential ASIAEXAMPLE | prod (aws 111122223333 eu-west-1)',
        source: 'prod',
        severity: 'warning',
        timestamp: '2026-01-02T12:00:00.000Z',
        class: 'door-opened',
        custom_details: expect.objectContaining({
          what: 'get pods/exec shop/web-0: sh -c id -> 101',
          next: '1. Look who it was.\n2. Shut it.',
          alert: alert.id,
        }),
      },
    });
  });

  it('has a word for every severity', () => {
    const words = severities.map((severity) => eventFor({ ...exampleAlert(), severity }).payload['severity']);
    expect(words).toEqual(['info', 'info', 'warning', 'error', 'critical']);
  });

  it('leaves out what the log did not state', () => {
    const unknown = { time: undefined, cluster: undefined, clusterId: undefined, account: undefined };
    const bare = { ...exampleAlert(), ...unknown };
    expect(eventFor(bare).payload).toMatchObject({ source: 'cluster not stated' });
    expect(eventFor(bare).payload).not.toHaveProperty('timestamp');
    expect(eventFor({ ...bare, time: 9e15 }).payload).not.toHaveProperty('timestamp');
  });

  it('goes to where the account is served', () => {
    const urlOf = (address?: string) => pagerDuty(address).requestOf(exampleAlert(), key, 0).url;
    expect(urlOf()).toBe('https://events.pagerduty.com/v2/enqueue');
    expect(urlOf(pagerDutyAddresses.eu)).toBe('https://events.eu.pagerduty.com/v2/enqueue');
  });

  it('is not sent with what is no integration key, which is not repeated either', async () => {
    const line = await open('https://hooks.example.com/secret');
    const failed = await line.sink.send([exampleAlert()], Date.now() + 10_000);
    await line.close();
    expect(line.asked()).toBe(0);
    expect(failed.map(({ reason }) => [reason.retryable, reason.message])).toEqual([
      [false, 'the secret is no integration key of 32 letters and digits'],
    ]);
  });
});

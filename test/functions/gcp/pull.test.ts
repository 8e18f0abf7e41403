/** Entries of projects as Cloud Logging gives them out: what is read of them, and what goes wrong. */
import { Logging } from '@google-cloud/logging';
import { credentials } from '@grpc/grpc-js';
import { PassThroughClient } from 'google-auth-library';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CallLimits, callLimits, loggingCalls } from '../../../functions/gcp/pull/calls.ts';
import type { GkeLogEvent } from '../../../functions/gcp/pull/messages.ts';
import { entriesOf, type GkeProject, gkeSource, usualLogs } from '../../../functions/gcp/pull.ts';
import { noCheckpoints } from '../../../shared/pull/checkpoint.ts';
import { pull } from '../../../shared/pull/pull.ts';
import type { JsonObject } from '../../../shared/schema/json.ts';
import { outcomesOf } from '../../normalise/fixtures.ts';
import {
  exhausted,
  type FakeLogging,
  openLogging,
  refused,
  unavailable,
} from '../../stand-ins/cloud-logging.ts';
import { entryAt, idsOf, minute, ofCluster, start } from './shop.ts';

let logging: FakeLogging;
beforeAll(async () => {
  logging = await openLogging();
});
afterAll(() => logging.close());
beforeEach(() => {
  logging.breaksAt(() => undefined);
  logging.projects.clear();
  logging.pageSizes = [3, 0, 5];
});

const all: GkeProject = { project: 'shop-prod', clusters: [], logs: usualLogs };

interface Pulled {
  readonly entries: readonly JsonObject[];
  readonly waits: readonly string[];
}

/** All of two hours, that lie an hour back. */
const pulled = async (
  selection: GkeProject = all,
  endpoint: string = logging.endpoint,
  limits: CallLimits = callLimits,
): Promise<Pulled> => {
  const calls = loggingCalls(endpoint, limits);
  const events: GkeLogEvent[] = [];
  const waits: string[] = [];
  try {
    await pull({
      sources: [gkeSource(calls, selection, async () => undefined)],
      since: start,
      until: start + 120 * minute,
      checkpoints: noCheckpoints,
      deliver: async (_, slice) => {
        events.push(...slice);
      },
      now: () => start + 180 * minute,
      pause: async () => undefined,
      onWait: (_, fault) => waits.push(fault.message),
      onFault: (_, fault) => {
        throw fault;
      },
    });
  } finally {
    calls.close();
  }
  return { entries: entriesOf(events), waits };
};

describe('the logs of a project', () => {
  it('come as a sink writes them', async () => {
    const written = [entryAt(1), entryAt(2), entryAt(70 * minute)];
    logging.projects.set('shop-prod', written);
    const { entries } = await pulled();
    expect(entries).toEqual(written);
    expect(outcomesOf(entries)).toMatchObject([
      {
        origin: { cloud: 'gcp', account: 'shop-prod', region: 'europe-west1', cluster: 'orders' },
        actor: { name: 'robin@example.com' },
      },
      {},
      {},
    ]);
  });

  it('are asked for page by page, with a time, in its order', async () => {
    logging.projects.set(
      'shop-prod',
      Array.from({ length: 20 }, (_, at) => entryAt(at)),
    );
    await pulled();
    const [first, second] = logging.lists();
    expect(first).toMatchObject({
      resourceNames: ['projects/shop-prod'],
      orderBy: 'timestamp asc',
      pageSize: 1000,
      pageToken: '',
      filter: expect.stringMatching(
        /^\(log_id.*\nresource\.type=.*\ntimestamp>="2026-03-14T09:00:00\.000Z"\ntimestamp<"2026-03-14T/,
      ),
    });
    expect(second).toEqual({ ...first, pageToken: expect.stringMatching(/^\d+\//) });
  });

  it.each<[Partial<GkeProject>, readonly string[]]>([
    [{}, ['i1', 'i2', 'i3']],
    [{ clusters: [{ name: 'orders' }] }, ['i1', 'i2']],
    [{ clusters: [{ name: 'orders' }, { name: 'billing' }] }, ['i1', 'i2', 'i3']],
    [{ clusters: [{ name: 'orders' }], location: 'us-east1' }, ['i2']],
    [{ location: 'europe-west1' }, ['i1', 'i3']],
    [
      {
        clusters: [
          { name: 'orders', location: 'us-east1' },
          { name: 'billing', location: 'europe-west1' },
        ],
      },
      ['i2', 'i3'],
    ],
    [{ logs: ['data_access'] }, []],
    [{ clusters: [{ name: 'none"\nOR log_id("stdout' }] }, []],
  ])('are those of the clusters named: %j', async (selection, expected) => {
    logging.projects.set('shop-prod', [
      entryAt(1),
      entryAt(2, ofCluster('orders', 'us-east1')),
      entryAt(3, ofCluster('billing')),
      entryAt(4, { logName: 'projects/shop-prod/logs/stdout' }),
    ]);
    expect(idsOf((await pulled({ ...all, ...selection })).entries)).toEqual(expected);
  });

  it('are those that the client of Google reads', async () => {
    logging.projects.set(
      'shop-prod',
      Array.from({ length: 20 }, (_, at) => entryAt(at)),
    );
    logging.pageSizes = [7];
    const { entries } = await pulled();
    const { hostname, port } = new URL(logging.endpoint);
    const place = { apiEndpoint: hostname, port: Number(port), sslCreds: credentials.createInsecure() };
    const client = new Logging({ projectId: 'shop-prod', authClient: new PassThroughClient(), ...place });
    const [{ filter = '' } = {}] = logging.lists();
    const [read] = await client.getEntries({ filter });
    await client.loggingService.close();
    expect(read).toHaveLength(20);
    expect(read.map(({ metadata }) => [metadata.insertId, metadata.logName])).toEqual(
      entries.map(({ insertId, logName }) => [insertId, logName]),
    );
  });

  it('are whole at the edges of slices, where times are finer than milliseconds', async () => {
    const fine = Array.from({ length: 40 }, (_, at) =>
      entryAt(at, { timestamp: `2026-03-14T09:0${at % 10}:00.000${String(at).padStart(3, '0')}Z` }),
    );
    logging.projects.set('shop-prod', fine);
    const { entries } = await pulled();
    expect(idsOf(entries).toSorted()).toEqual(idsOf(fine).toSorted());
  });

  it.each<[Partial<GkeProject>, string]>([
    [{}, 'gke/shop-prod'],
    [{ clusters: [{ name: 'b' }, { name: 'a' }] }, 'gke/shop-prod/a.b'],
    [{ clusters: [{ name: 'a', location: 'us-east1' }] }, 'gke/shop-prod/a_us-east1'],
    [{ clusters: [{ name: 'a' }], location: 'us-east1' }, 'gke/shop-prod/a/in_us-east1'],
    [{ logs: ['events', 'activity'] }, 'gke/shop-prod/of_activity.events'],
    [
      { clusters: Array.from({ length: 30 }, (_, at) => ({ name: `cluster-${at}` })) },
      'gke/shop-prod/30_clusters_9d8251241c37',
    ],
  ])('are remembered by what was chosen: %j', async (selection, name) => {
    const calls = loggingCalls(logging.endpoint);
    expect(gkeSource(calls, { ...all, ...selection }, async () => undefined).name).toBe(name);
    calls.close();
  });
});

describe('what goes wrong', () => {
  const entries = Array.from({ length: 12 }, (_, at) => entryAt(at * 1000));

  it.each([
    ['is unavailable', unavailable, 'its logs cannot be read. UNAVAILABLE'],
    ['has answered too much', exhausted, '60 lists a minute and ten open tails are the quota of a project'],
  ] as const)(
    'loses nothing and gives nothing twice when Cloud Logging %s at any page',
    async (_, fault, words) => {
      logging.projects.set('shop-prod', entries);
      for (let broken = 0; broken < 7; broken++) {
        logging.breaksAt((place) => (place === broken ? fault : undefined));
        const result = await pulled();
        expect(result.entries).toEqual(entries);
        expect(result.waits).toEqual([expect.stringContaining(words)]);
      }
    },
  );

  it('does not wait for ever when Cloud Logging falls silent', async () => {
    logging.projects.set('shop-prod', entries);
    logging.breaksAt((place) => (place === 2 ? 'hangs' : undefined));
    const result = await pulled(all, logging.endpoint, { timeoutMs: 2000 });
    expect(result.entries).toEqual(entries);
    expect(result.waits).toContainEqual(expect.stringContaining('DEADLINE_EXCEEDED'));
  });

  it('begins a slice anew when a token has expired', async () => {
    logging.projects.set('shop-prod', entries);
    const expired = { code: 3, details: 'page_token has expired' };
    logging.breaksAt((place, { pageToken }) => (place === 2 && pageToken !== '' ? expired : undefined));
    const result = await pulled();
    expect(result).toEqual({ entries, waits: [] });
    expect(logging.lists().filter(({ pageToken }) => pageToken === '').length).toBeGreaterThan(1);
  });

  it.each([
    [refused, 'roles/logging.viewer is needed, and roles/logging.privateLogViewer for logs of data access'],
    [
      { code: 7, details: 'Cloud Logging API has not been used in project 1 before or it is disabled.' },
      'shop-prod: the Logging API is not turned on',
    ],
    [{ code: 5, details: 'Resource not found' }, 'shop-prod: there is no such project'],
    [{ code: 16, details: 'Request had invalid authentication credentials.' }, 'application-default login'],
    [{ code: 2, details: 'Getting metadata from plugin failed with error: invalid_grant' }, 'Sign in'],
    [
      { code: 3, details: 'Unparseable filter' },
      'its logs cannot be read. INVALID_ARGUMENT: Unparseable filter',
    ],
  ])('says after %j: %s', async (fault, words) => {
    logging.breaksAt((place) => (place === 0 ? fault : undefined));
    await expect(pulled()).rejects.toThrow(words);
  });

  it('is waited out while nobody is there', async () => {
    const other = await openLogging();
    await other.close();
    await expect(pulled(all, other.endpoint)).rejects.toThrow(/UNAVAILABLE/);
  });

  it.each(['logging.googleapis.com', 'http://logging.example.com', 'ftp://127.0.0.1', 'https//x'])(
    'is the endpoint %s, to which no credentials would go, or go in the clear',
    async (endpoint) => {
      expect(() => loggingCalls(endpoint)).toThrow('expected https://HOST, or http://127.0.0.1:PORT');
    },
  );

  it('is a filter that is longer than Cloud Logging takes', () => {
    const clusters = Array.from({ length: 2000 }, (_, at) => ({ name: `cluster-${at}` }));
    const calls = loggingCalls(logging.endpoint);
    expect(() => gkeSource(calls, { ...all, clusters }, async () => undefined)).toThrow(
      '2000 clusters of one project are too many to be named',
    );
  });
});

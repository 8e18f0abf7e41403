/** Sinks of Google Cloud told over the wire as its APIs speak it; those of logs are told of in alerts/log-writer.test.ts. */
import { describe, expect, it } from 'vitest';
import { cloudSinks } from '../../../functions/gcp/alerts.ts';
import { memoryArchive } from '../../../shared/archive/memory-archive.ts';
import type { ArchiveStore } from '../../../shared/ports.ts';
import { exampleAlert, noon } from '../../alert/example.ts';
import type { Received } from '../../alert/sinks/receiver-server.ts';
import { keepsTheAlertContract, type Taken } from '../../contracts/alert-sink.ts';
import { asker, gcpLine, project } from './sink-line.ts';

const inTime = (): number => Date.now() + 20_000;
const topic = `projects/${project}/topics/klaxon-alerts`;
const source = 'organizations/123456789012/sources/42';

const messageIn = ({ body }: Received) => JSON.parse(body).messages[0];
const alertIn = (request: Received): string =>
  Buffer.from(messageIn(request).data, 'base64').toString('utf8');

const verbatim = (text: string, size: number, maxSize: number): Taken => ({
  id: JSON.parse(text).id,
  text,
  active: [],
  size,
  maxSize,
});

const openTopic = () =>
  gcpLine({
    sink: { type: 'pubsub', topic },
    read: (request) => verbatim(alertIn(request), request.body.length, 10_000_000),
  });

const openSource = () =>
  gcpLine({
    sink: { type: 'securityCommandCenter', source },
    read: ({ path, body }) => {
      const finding = JSON.parse(body);
      const fields = Object.entries<string>(finding.sourceProperties).map(
        ([name, text]) => `${name}  ${text}`,
      );
      const limits: readonly (readonly [string | undefined, number])[] = [
        [finding.category, 255],
        [finding.description, 1024],
        [finding.resourceName, 512],
        [finding.nextSteps, 2048],
        ...Object.values<string>(finding.sourceProperties).map((text) => [text, 2048] as const),
        ...Object.values<string>(finding.access).map((text) => [text, 2048] as const),
      ];
      return {
        id: path.split('/').at(-1),
        text: [finding.category, ...fields].join('\n'),
        active: [],
        // Of all limits that which is used up most.
        size: Math.max(...limits.map(([text = '', most]) => text.length / most)),
        maxSize: 1,
      };
    },
  });

describe('a topic of Pub/Sub', () => {
  keepsTheAlertContract(openTopic, { knowsKeys: false, isVerbatim: true });

  it('gets the alert with attributes to filter by, in no order', async () => {
    const line = await openTopic();
    await line.sink.send([exampleAlert()], inTime());
    await line.close();
    const [request] = line.received;
    if (!request) throw new Error('nothing was published');
    expect(request.path).toBe(`/v1/${topic}:publish`);
    expect(request.headers.authorization).toBe('Bearer invented');
    expect(alertIn(request)).toBe(JSON.stringify(exampleAlert()));
    expect(Object.keys(messageIn(request))).toEqual(['data', 'attributes']);
    expect(messageIn(request).attributes).toEqual({
      id: exampleAlert().id,
      severity: 'medium',
      rule: 'door-opened',
      cluster: 'prod',
    });
  });
});

describe('a source of Security Command Center', () => {
  keepsTheAlertContract(openSource, { knowsKeys: true, isVerbatim: false });

  it('is told by the id of the alert, as an update that makes what is not there', async () => {
    const line = await openSource();
    await line.sink.send([exampleAlert()], inTime());
    await line.close();
    expect(line.received[0]?.path).toBe(`/v2/${source}/locations/global/findings/${exampleAlert().id}`);
    expect(exampleAlert().id).toMatch(/^[0-9a-z]{1,32}$/);
  });
});

describe('sinks of settings', () => {
  const store = memoryArchive();
  const opened: string[] = [];
  const options = {
    project,
    ask: asker(1000),
    tokenOf: async () => 'invented',
    timeoutMs: 1000,
    originOf: () => 'http://127.0.0.1:9',
    bucket: (name: string): Pick<ArchiveStore, 'put'> => {
      opened.push(name);
      return store;
    },
    now: Date.now,
  };

  it('are those of Google Cloud, the others left to whoever has them', async () => {
    const sinks = cloudSinks({
      ...options,
      sinks: {
        chat: { type: 'slack', secret: 'env:A' },
        findings: { type: 'securityCommandCenter', source },
        topic: { type: 'pubsub' },
        queue: { type: 'sns' },
        bucket: { type: 'gcs', bucket: 'klaxon-alerts' },
      },
      made: { topic },
    });
    expect(sinks.map(({ name }) => name)).toEqual(['findings', 'topic', 'bucket']);
    await sinks[2]?.send([{ ...exampleAlert(), time: noon }], inTime());
    expect(opened).toEqual(['klaxon-alerts']);
    const name = `alerts/date=2026-01-02/${exampleAlert().id}-medium.json`;
    expect(await store.get(name)).toBeDefined();
  });

  it('are at fault where nothing was made for one that names nothing', () => {
    const open = () => cloudSinks({ ...options, sinks: { topic: { type: 'pubsub' } }, made: {} });
    expect(open).toThrow('nothing was made for the sink "topic", and it names nothing');
  });
});

/** Sinks of Azure told over the wire as its services speak it. */
import { AzureKeyCredential, EventGridPublisherClient } from '@azure/eventgrid';
import { LogsIngestionClient } from '@azure/monitor-ingestion';
import { ServiceBusClient } from '@azure/service-bus';
import { describe, expect, it } from 'vitest';
import { cloudSinks, type SinkClients } from '../../../functions/azure/alerts.ts';
import { clientLimits } from '../../../functions/azure/client.ts';
import { pause } from '../../../functions/pause.ts';
import { memoryArchive } from '../../../shared/archive/memory-archive.ts';
import { KlaxonError } from '../../../shared/errors.ts';
import columns from '../../../shared/settings/alert-columns.json' with { type: 'json' };
import { alertStream } from '../../../shared/settings/environment.ts';
import type { Sink } from '../../../shared/settings/settings.ts';
import { exampleAlert } from '../../alert/example.ts';
import type { Answers } from '../../alert/sinks/receiver-server.ts';
import { keepsTheAlertContract, type Line, type Taken } from '../../contracts/alert-sink.ts';
import { onLoopback } from '../../stand-ins/azure-clients.ts';
import { openServiceBus } from '../../stand-ins/service-bus.ts';
import { type ServiceLine, serviceLine } from '../service-line.ts';

const inTime = (): number => Date.now() + 20_000;
const unasked = () => {
  throw new TypeError('nobody is to ask for this');
};
const noClients: SinkClients = { topic: unasked, bus: unasked, logs: unasked, container: unasked };
const credential = { getToken: async () => ({ token: 'invented', expiresOnTimestamp: 8e15 }) };

const opened = (type: Sink['type'], place: string, clients: Partial<SinkClients>, timeoutMs: number) => {
  const [sink] = cloudSinks({
    sinks: { sink: { type } as Sink },
    made: { sink: place },
    clients: { ...noClients, ...clients },
    now: Date.now,
    pause,
    random: () => 0.5,
    timeoutMs,
  });
  if (!sink) throw new Error(`Azure has no sink of type ${type}`);
  return sink;
};

const fault = (status: number, code: string) => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ error: { code, message: 'no' } }),
});
const answersWith = (status: number): Answers => ({
  takes: { status, body: '' },
  refuses: fault(400, 'InvalidRequest'),
  fails: fault(503, 'ServiceUnavailable'),
});

const verbatim = (id: string | undefined, text: string, size: number, maxSize: number): Taken => ({
  id,
  text,
  active: [],
  size,
  maxSize,
});

const openTopic = (): Promise<ServiceLine> =>
  serviceLine({
    answers: answersWith(200),
    read: ({ body }) => {
      const [event] = JSON.parse(body);
      return verbatim(event.data.id, JSON.stringify(event.data), Buffer.byteLength(body), 1024 * 1024);
    },
    sinkAt: (endpoint, timeoutMs) => {
      const options = { ...clientLimits, allowInsecureConnection: true };
      const topic = (url: string) =>
        new EventGridPublisherClient(url, 'CloudEvent', new AzureKeyCredential('invented'), options);
      return opened('eventGrid', `${endpoint}/api/events`, { topic }, timeoutMs);
    },
  });

const ruleUrl = `https://klaxon.westeurope-1.ingest.monitor.azure.com/dataCollectionRules/dcr-0123456789abcdef/streams/${alertStream}`;

const openTable = (): Promise<ServiceLine> =>
  serviceLine({
    answers: answersWith(204),
    read: ({ body }) => {
      const [row] = JSON.parse(body);
      return verbatim(row.AlertId, JSON.stringify(row), Buffer.byteLength(body), 1024 * 1024);
    },
    sinkAt: (endpoint, timeoutMs) => {
      const options = { ...clientLimits, ...onLoopback(endpoint) };
      const logs = (url: string) => new LogsIngestionClient(url, credential, options);
      return opened('logAnalytics', ruleUrl, { logs }, timeoutMs);
    },
  });

interface BusLine extends Line {
  readonly bus: Awaited<ReturnType<typeof openServiceBus>>;
}

const openBus = async (): Promise<BusLine> => {
  const server = await openServiceBus();
  const clients: ServiceBusClient[] = [];
  const sinkWaiting = (timeoutMs: number) => {
    const client = new ServiceBusClient(server.connectionString, {
      retryOptions: { maxRetries: 0, timeoutInMs: timeoutMs },
    });
    clients.push(client);
    const place = 'https://klaxon-test.servicebus.windows.net/alerts';
    return opened('serviceBus', place, { bus: () => client }, timeoutMs);
  };
  const [patient, hasty] = [sinkWaiting(60_000), sinkWaiting(1000)];
  let hasSilence = false;
  return {
    bus: server,
    sink: {
      name: 'sink',
      send: (alerts, deadline) => (hasSilence ? hasty : patient).send(alerts, deadline),
    },
    be: (mood, id) => {
      // Of a connection that breaks while a message is under way the client says nothing before its time is up.
      hasSilence ||= mood === 'waits' || mood === 'closes';
      server.be(mood, id);
    },
    taken: () =>
      server.taken.map(({ message, text }) =>
        verbatim(String(message.message_id).slice(0, 32), text, Buffer.byteLength(text), 256 * 1024),
      ),
    asked: () => server.received.length,
    close: async () => {
      await Promise.all(clients.map((client) => client.close()));
      await server.close();
    },
  };
};

describe('a topic of Event Grid', () => {
  keepsTheAlertContract(openTopic, { knowsKeys: false, isVerbatim: true });

  it('gets events in the form of CloudEvents, that a subscription can filter', async () => {
    const line = await openTopic();
    const alert = exampleAlert();
    await line.sink.send([alert], inTime());
    await line.close();
    const [{ path, headers, body } = { path: '', headers: {}, body: '[]' }] = line.received;
    expect(path).toMatch(/^\/api\/events\?api-version=/);
    expect(headers['content-type']).toBe('application/cloudevents-batch+json; charset=utf-8');
    expect(headers['aeg-sas-key']).toBe('invented');
    expect(JSON.parse(body)).toEqual([
      {
        specversion: '1.0',
        id: `${alert.id}-medium`,
        source: 'klaxon',
        type: 'Klaxon.Alert',
        subject: 'door-opened',
        severity: 'medium',
        time: expect.any(String),
        datacontenttype: 'application/json',
        data: JSON.parse(JSON.stringify(alert)),
      },
    ]);
  });
});

describe('a table of Log Analytics', () => {
  keepsTheAlertContract(openTable, { knowsKeys: false, isVerbatim: true });

  it('gets a row of the columns that infrastructure makes, by the stream of its rule', async () => {
    const line = await openTable();
    await line.sink.send([exampleAlert()], inTime());
    await line.close();
    const [{ path, headers, body } = { path: '', headers: {}, body: '[]' }] = line.received;
    expect(path).toMatch(
      /^\/dataCollectionRules\/dcr-0123456789abcdef\/streams\/Custom-KlaxonAlerts_CL\?api(-|%2D)version=/,
    );
    expect(headers.authorization).toBe('Bearer invented');
    const [row] = JSON.parse(body);
    const known = columns.map(({ name }) => name);
    expect(Object.keys(row).filter((name) => !known.includes(name))).toEqual([]);
    expect(row).toMatchObject({
      AlertId: exampleAlert().id,
      Severity: 'medium',
      RuleTitle: 'A door was opened',
      EventTime: '2026-01-02T12:00:00.000Z',
      ActorName: 'dana',
      ClientAddress: '198.51.100.7',
      Namespace: 'shop',
      EventCount: 1,
    });
  });
});

describe('an entity of Service Bus', () => {
  keepsTheAlertContract(openBus, { knowsKeys: true, isVerbatim: true });

  it('gets a message with the key by which it drops what it has seen, which a worse alert does not share', async () => {
    const line = await openBus();
    const alert = exampleAlert();
    expect(await line.sink.send([alert, { ...alert, severity: 'critical' }], inTime())).toEqual([]);
    await line.close();
    const messages = line.bus.taken.map(({ message }) => message);
    expect(messages.map(({ message_id }) => message_id).toSorted()).toEqual([
      `${alert.id}-critical`,
      `${alert.id}-medium`,
    ]);
    expect(line.bus.taken[0]?.entity).toContain('alerts');
    expect(messages[0]).toMatchObject({
      group_id: alert.id,
      content_type: 'application/json',
      subject: 'door-opened',
      application_properties: { severity: 'medium', rule: 'door-opened', cluster: 'prod' },
    });
  });
});

describe('sinks of settings', () => {
  const options = { clients: noClients, now: Date.now, pause, random: () => 0.5 };

  it('are those of Azure, the others left to whoever has them', async () => {
    const store = memoryArchive();
    const sinks = cloudSinks({
      ...options,
      clients: { ...noClients, container: () => store },
      sinks: {
        chat: { type: 'slack', secret: 'env:A' },
        hub: { type: 'securityHub' },
        blobs: { type: 'blob' },
      },
      made: { blobs: 'https://klaxon.blob.core.windows.net/alerts' },
    });
    expect(sinks.map(({ name }) => name)).toEqual(['blobs']);
    expect(await sinks[0]?.send([exampleAlert()], inTime())).toEqual([]);
    expect(await store.get(`alerts/date=2026-01-02/${exampleAlert().id}-medium.json`)).toBeDefined();
  });

  it.each([
    ['nothing was made for it', 'eventGrid', undefined],
    ['its place is none', 'blob', 'alerts'],
    ['its place names no data collection rule', 'logAnalytics', 'https://klaxon.example.com/'],
  ] as const)('are at fault where %s', (_, type, place) => {
    const made: Record<string, string> = place === undefined ? {} : { sink: place };
    expect(() => cloudSinks({ ...options, sinks: { sink: { type } }, made })).toThrow(KlaxonError);
  });
});

/** Sinks of AWS told over the wire as its services speak it. */
import { describe, expect, it } from 'vitest';
import { cloudSinks, ownerIn } from '../../../functions/aws/alerts.ts';
import { pause } from '../../../functions/pause.ts';
import type { Alert } from '../../../shared/alert/alert.ts';
import { exampleAlert } from '../../alert/example.ts';
import type { Answers, Received } from '../../alert/sinks/receiver-server.ts';
import { keepsTheAlertContract, type Taken } from '../../contracts/alert-sink.ts';
import { awsLine, jsonAnswer, jsonFault, owner, xmlFault } from './sink-line.ts';

const inTime = (): number => Date.now() + 20_000;
const topic = 'arn:aws:sns:eu-west-1:111122223333:klaxon-alerts';

const ofSns: Answers = {
  takes: {
    status: 200,
    body: '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>m</MessageId></PublishResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></PublishResponse>',
  },
  refuses: xmlFault(400, 'InvalidParameter'),
  fails: xmlFault(500, 'InternalError'),
};
const ofEventBridge: Answers = {
  takes: jsonAnswer({ FailedEntryCount: 0, Entries: [{ EventId: 'e' }] }),
  refuses: jsonAnswer({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'NotAuthorizedForSourceException' }] }),
  fails: jsonAnswer({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure', ErrorMessage: 'no' }] }),
};
const ofSecurityHub: Answers = {
  takes: jsonAnswer({ FailedCount: 0, SuccessCount: 1, FailedFindings: [] }),
  refuses: jsonAnswer({
    FailedCount: 1,
    SuccessCount: 0,
    FailedFindings: [{ Id: 'i', ErrorCode: 'InvalidInput', ErrorMessage: 'no' }],
  }),
  fails: jsonFault(500, 'InternalException'),
};
const ofS3: Answers = {
  takes: { status: 200, body: '' },
  refuses: { status: 403, body: '<Error><Code>AccessDenied</Code><Message>no</Message></Error>' },
  fails: { status: 503, body: '<Error><Code>SlowDown</Code><Message>no</Message></Error>' },
};

const verbatim = (text: string, size: number, maxSize: number): Taken => {
  const alert: Alert = JSON.parse(text);
  return { id: alert.id, text, active: [], size, maxSize };
};

const published = ({ body }: Received): URLSearchParams => new URLSearchParams(body);
const messageOf = (request: Received): { default: string; email: string; sms: string } =>
  JSON.parse(published(request).get('Message') ?? '');
const maxMessage = 256 * 1024;

const openTopic = (arn = topic) =>
  awsLine({
    sink: { type: 'sns', topic: arn },
    answers: ofSns,
    read: (request) => {
      const texts = [...published(request).values()].join('');
      return verbatim(messageOf(request).default, Buffer.byteLength(texts), maxMessage);
    },
  });

const openBus = () =>
  awsLine({
    sink: { type: 'eventBridge' },
    made: 'klaxon-alerts',
    answers: ofEventBridge,
    read: ({ body }) => {
      const [entry] = JSON.parse(body).Entries;
      return verbatim(entry.Detail, Buffer.byteLength(Object.values(entry).join('')), maxMessage);
    },
  });

const openHub = () =>
  awsLine({
    sink: { type: 'securityHub' },
    answers: ofSecurityHub,
    read: ({ body }) => {
      const [finding] = JSON.parse(body).Findings;
      const fields = Object.entries<string>(finding.ProductFields).map(
        ([name, text]) => `${name.replace('klaxon/', '')}  ${text}`,
      );
      const limits: readonly (readonly [string, number])[] = [
        [finding.Title, 256],
        [finding.Description, 1024],
        [finding.GeneratorId, 512],
        [finding.Resources[0].Id, 512],
        [finding.Remediation.Recommendation.Text, 512],
        ...Object.values<string>(finding.ProductFields).map((text) => [text, 2048] as const),
      ];
      return {
        id: finding.Id,
        text: [finding.Title, ...fields].join('\n'),
        active: [],
        // Of all limits that which is used up most.
        size: Math.max(body.length / (240 * 1024), ...limits.map(([text, most]) => text.length / most)),
        maxSize: 1,
      };
    },
  });

const openBucket = () =>
  awsLine({
    sink: { type: 's3', bucket: 'klaxon-alerts' },
    answers: ofS3,
    read: ({ body }) => verbatim(body, body.length, Number.POSITIVE_INFINITY),
  });

describe('a topic of SNS', () => {
  keepsTheAlertContract(openTopic, { knowsKeys: false, isVerbatim: true });

  it('gets a text for people, a line for telephones, and attributes to filter by', async () => {
    const line = await openTopic();
    await line.sink.send([exampleAlert()], inTime());
    await line.close();
    const [request] = line.received;
    if (!request) throw new Error('nothing was published');
    const { email, sms } = messageOf(request);
    const fields = published(request);
    expect(fields.get('Subject')).toBe('MEDIUM: A door was opened');
    expect(email.split('\n').slice(0, 4)).toEqual([
      'MEDIUM: A door was opened',
      '',
      'who     arn:aws:sts::111122223333:assumed-role/Developer/dana as dana, groups developers, credential ASIAEXAMPLE',
      'from    198.51.100.7 (kubectl/v1.36.0)',
    ]);
    expect(sms.length).toBeLessThanOrEqual(140);
    const attributes = [1, 2, 3].map((at) => [
      fields.get(`MessageAttributes.entry.${at}.Name`),
      fields.get(`MessageAttributes.entry.${at}.Value.StringValue`),
    ]);
    expect(Object.fromEntries(attributes)).toEqual({
      severity: 'medium',
      rule: 'door-opened',
      cluster: 'prod',
    });
  });

  it('has a subject that mail can carry, whatever a rule is called', async () => {
    const line = await openTopic();
    const alert = exampleAlert();
    const title = `Tür\r\nBcc: a@example.com ${'💥'.repeat(200)}`;
    await line.sink.send([{ ...alert, rule: { ...alert.rule, title } }], inTime());
    await line.close();
    const subject = published(line.received[0] as Received).get('Subject');
    expect(subject).toMatch(/^MEDIUM: T\?r\\u000d\\u000aBcc: a@example.com \?+ \[\d+ characters left out\]$/);
    expect(subject?.length).toBeLessThan(100);
  });

  it('that drops what it has seen is given a key, which a worse alert does not share', async () => {
    const line = await openTopic(`${topic}.fifo`);
    const alert = exampleAlert();
    await line.sink.send([alert, { ...alert, severity: 'critical' }], inTime());
    await line.close();
    const keys = line.received.map((request) => published(request).get('MessageDeduplicationId'));
    expect(keys.toSorted()).toEqual([`${alert.id}-critical`, `${alert.id}-medium`]);
  });
});

describe('an event bus', () => {
  keepsTheAlertContract(openBus, { knowsKeys: false, isVerbatim: true });

  it('gets events that a pattern can tell from all others', async () => {
    const line = await openBus();
    await line.sink.send([exampleAlert()], inTime());
    await line.close();
    expect(JSON.parse(line.received[0]?.body ?? '').Entries).toEqual([
      {
        Source: 'klaxon',
        DetailType: 'Klaxon Alert',
        EventBusName: 'klaxon-alerts',
        Detail: JSON.stringify(exampleAlert()),
      },
    ]);
  });
});

describe('Security Hub', () => {
  keepsTheAlertContract(openHub, { knowsKeys: true, isVerbatim: false });
});

describe('the owner of a finding', () => {
  it('is the account that the function belongs to', () => {
    expect(ownerIn('arn:aws-cn:lambda:cn-north-1:111122223333:function:klaxon')).toEqual({
      partition: 'aws-cn',
      region: 'cn-north-1',
      account: '111122223333',
    });
    expect(() => ownerIn('')).toThrow('"" names no account');
  });
});

describe('a bucket', () => {
  keepsTheAlertContract(openBucket, { knowsKeys: true, isVerbatim: true });

  it('gets an object for each alert and severity, by the day of the alert', async () => {
    const line = await openBucket();
    const alert = exampleAlert();
    const timeless = { ...alert, time: 1e300, severity: 'high' } as const;
    await line.sink.send([alert, timeless], inTime());
    await line.close();
    expect(line.received.map(({ path }) => decodeURIComponent(path.replace(/\?.*/, ''))).toSorted()).toEqual([
      `/klaxon-alerts/alerts/date=2026-01-02/${alert.id}-medium.json`,
      `/klaxon-alerts/alerts/date=unknown/${alert.id}-high.json`,
    ]);
  });
});

describe('sinks of settings', () => {
  const options = { owner: () => owner, now: Date.now, pause, random: () => 0.5 };

  it('are those of AWS, the others left to whoever has them', () => {
    const sinks = cloudSinks({
      ...options,
      sinks: {
        chat: { type: 'slack', secret: 'env:A' },
        hub: { type: 'securityHub' },
        topic: { type: 'sns' },
        blob: { type: 'blob' },
      },
      made: { topic },
    });
    expect(sinks.map(({ name }) => name)).toEqual(['hub', 'topic']);
  });

  it('are at fault where nothing was made for one that names nothing', () => {
    const open = () => cloudSinks({ ...options, sinks: { topic: { type: 'sns' } }, made: {} });
    expect(open).toThrow('nothing was made for the sink "topic", and it names nothing');
  });
});

/** A payload of CloudWatch Logs read in pieces: what JSON.parse makes of it, or nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cloudWatchPayload } from '../../shared/decode/cloudwatch-payload.ts';

const read = (text: string) => cloudWatchPayload(Buffer.from(text, 'utf8'));

const payload = (logEvents: readonly object[], more: object = {}) => ({
  messageType: 'DATA_MESSAGE',
  owner: '111122223333',
  logGroup: '/aws/eks/orders/cluster',
  ...more,
  logEvents,
});

/** Texts that look like what stands between log events, and others. */
const message = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '"},{"id":"2',
    '},{"id":"',
    '"logEvents":[{"id":"',
    ']}',
    '"}]}',
    '\\"},{"id":"',
    '{"a":"}"}',
  ),
);

const event = fc.record({ id: message, timestamp: fc.integer(), message });

describe('a payload as the service writes it', () => {
  it('is the same, whatever its log events hold', () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 5 }), message, (events, stream) => {
        const text = JSON.stringify(payload(events, { logStream: stream }));
        expect(read(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('is the same where its texts are no UTF-8', () => {
    const text = JSON.stringify(payload([{ id: '1', timestamp: 1, message: 'a?b' }]));
    const bytes = Buffer.from(text).map((byte) => (byte === 0x3f ? 0xff : byte));
    expect(cloudWatchPayload(Buffer.from(bytes))).toEqual(JSON.parse(Buffer.from(bytes).toString('utf8')));
  });
});

describe('what is not of that form', () => {
  const whole = JSON.stringify(payload([{ id: '1', timestamp: 1, message: 'a' }]));

  it.each([
    ['has no log events', JSON.stringify(payload([]))],
    ['is a control message', JSON.stringify({ ...payload([]), messageType: 'CONTROL_MESSAGE' })],
    ['is laid out for people', JSON.stringify(JSON.parse(whole), undefined, 2)],
    ['goes on after its log events', JSON.stringify({ ...JSON.parse(whole), policyLevel: 'ACCOUNT' })],
    ['is cut off', whole.slice(0, -3)],
    ['is followed by another', `${whole}\n${whole}`],
    ['holds a log event that does not parse', whole.replace('"timestamp":1', '"timestamp":')],
    ['names its log events twice', whole.replace('"owner"', '"logEvents":[{"id":"2"}],"owner"')],
    ['names something that only ends so', whole.replace('"logEvents"', '"\\"logEvents"')],
    ['is empty', ''],
  ])('is left to others: it %s', (_, text) => {
    expect(read(text)).toBeUndefined();
  });

  it('is never read as anything else than what it is', () => {
    const part = fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', '"id":"', '},{"id":"', ']}', '1');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), fc.nat(whole.length), (parts, at) => {
        const text = whole.slice(0, at) + parts.join('') + whole.slice(at);
        const found = read(text);
        if (found !== undefined) expect(found).toEqual(JSON.parse(text));
      }),
      { numRuns: 3000 },
    );
  });
});

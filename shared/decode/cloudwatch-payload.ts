/**
 * The bytes of a CloudWatch Logs payload in; the same value that JSON.parse makes of them, out, a log event at a time: each is
 * short enough to stay where young objects are, and a text as long as the whole payload is never made.
 */
import { isObject, type JsonObject, type JsonValue, parsedJson } from '../schema/json.ts';
import { plainText } from './escaped-text.ts';

const beginning = Buffer.from('{"messageType":"DATA_MESSAGE",');
/** With its comma: the quote after one begins a name, where inside a name a backslash would stand between them. */
const eventsStart = ',"logEvents":[';
const firstEvent = Buffer.from(`${eventsStart}{"id":"`);
/** From the end of one log event to the beginning of the next. In a text its quotes would have backslashes before them. */
const between = Buffer.from('},{"id":"');
const ending = Buffer.from(']}');

/**
 * Undefined for whatever is not exactly of the form that the service writes, though it may mean the same: that is read as any
 * other JSON is. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
 */
export const cloudWatchPayload = (bytes: Buffer): JsonObject | undefined => {
  if (!beginsWith(bytes, beginning)) return undefined;
  const found = bytes.indexOf(firstEvent);
  const end = bytes.length - ending.length;
  if (found < 0 || bytes.compare(ending, 0, ending.length, end) !== 0) return undefined;
  const eventsAt = found + eventsStart.length;
  const payload = parsedJson(`${bytes.toString('utf8', 0, eventsAt)}]}`);
  if (!isObject(payload)) return undefined;
  const events: JsonValue[] = [];
  for (let at = eventsAt; at < end; ) {
    const next = bytes.indexOf(between, at);
    const eventEnd = next < 0 ? end : next + 1;
    const event = plainEvent(bytes, at, eventEnd) ?? parsedJson(bytes.toString('utf8', at, eventEnd));
    if (event === undefined) return undefined;
    events.push(event);
    at = next < 0 ? end : next + 2;
  }
  return { ...payload, logEvents: events };
};

/** A log event's members before its message; ids and times as JSON writes them, where nothing is escaped. */
const head = /^\{"id":"([\w-]*)","timestamp":(0|[1-9]\d{0,14}),"message":"/;
const longestHead = 128;
const tail = Buffer.from('"}');

/** Nearly all of a payload is the text of messages, and nearly all of these are plain. */
const plainEvent = (bytes: Buffer, from: number, to: number): JsonObject | undefined => {
  const found = head.exec(bytes.toString('latin1', from, Math.min(to, from + longestHead)));
  if (!found) return undefined;
  const messageAt = from + found[0].length;
  const messageEnd = to - tail.length;
  if (messageEnd < messageAt || bytes.compare(tail, 0, tail.length, messageEnd, to) !== 0) return undefined;
  const message = plainText(bytes, messageAt, messageEnd);
  return message === undefined ? undefined : { id: found[1], timestamp: Number(found[2]), message };
};

const beginsWith = (bytes: Buffer, start: Buffer): boolean =>
  bytes.length > start.length && bytes.compare(start, 0, start.length, 0, start.length) === 0;

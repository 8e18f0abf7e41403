/** A change of an object as a watch tells it, in; the object out, unless all that happened is that it went. */
import { isObject, textOf } from '../schema/json.ts';
import type { Envelope } from './envelope.ts';

/**
 * `{type, object}` is the watch stream of the Kubernetes API (WatchEvent of apimachinery, as `kubectl get
 * --output-watch-events` prints it), `{verb, event}` what eventrouter writes (EventData in its sinks/eventdata.go).
 */
export const openWatch: Envelope = (value, decoding, origin, open) => {
  const word = textOf(value.type) ?? textOf(value.verb);
  const content = word === value.type ? value.object : value.event;
  if (word === undefined || !words.has(word) || !isObject(content)) return false;
  decoding.batch();
  // An Event is deleted when its time is up: that tells nothing new. A bookmark holds no object of its own.
  if (word === 'DELETED' || word === 'BOOKMARK') decoding.drop('notification');
  else open(content, origin);
  return true;
};

const words: ReadonlySet<string> = new Set(['ADDED', 'MODIFIED', 'UPDATED', 'DELETED', 'BOOKMARK', 'ERROR']);

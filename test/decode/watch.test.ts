/** Objects inside the changes that a watch tells of. */
import { describe, expect, it } from 'vitest';
import { briefOf } from './decoded.ts';

const event = {
  insertId: 'e1',
  involvedObject: { kind: 'Pod', name: 'web' },
  reason: 'Pulling',
  message: 'Pulling image "example.com/web"',
};

describe('a change of an object', () => {
  it.each(['ADDED', 'MODIFIED'])('that is %s holds the object', (type) => {
    expect(briefOf({ type, object: event })).toEqual(['kubernetes-event e1']);
  });

  it('is read as eventrouter writes it, without what it was before', () => {
    expect(briefOf({ verb: 'ADDED', event })).toEqual(['kubernetes-event e1']);
    expect(briefOf({ verb: 'UPDATED', event, old_event: event })).toEqual(['kubernetes-event e1']);
  });

  it('that says nothing new is dropped and counted', () => {
    expect(briefOf({ type: 'DELETED', object: event })).toEqual(['dropped 1 notification']);
    expect(briefOf({ type: 'BOOKMARK', object: { kind: 'Event' } })).toEqual(['dropped 1 notification']);
  });

  it('is a rejection where the object is unknown or missing', () => {
    expect(briefOf({ type: 'ADDED', object: { kind: 'Pod' } })).toEqual(['rejected unrecognised']);
    expect(briefOf({ type: 'ERROR', object: { kind: 'Status', code: 410 } })).toEqual([
      'rejected unrecognised',
    ]);
    expect(briefOf({ type: 'ADDED' })).toEqual(['rejected unrecognised']);
    expect(briefOf({ type: 'constructor', object: event })).toEqual(['rejected unrecognised']);
  });
});

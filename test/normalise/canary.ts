/** A secret that must not be seen again, and the places where it is looked for. */
import { expect } from 'vitest';
import { decode } from '../../shared/decode/decode.ts';
import { archivedLinesOf, eventsIn, recordedEvents } from '../archive/archived.ts';

export const canary = 'canary-7f3a';
export const packed = Buffer.from(canary).toString('base64');

export const eventsOf = (delivery: unknown) => recordedEvents(decode(delivery)).map(({ event }) => event);

/** In the events, in what the archive keeps of their records, and in the events that come out of the archive again. */
export const expectHidden = (delivery: unknown): void => {
  const events = eventsOf(delivery);
  expect(events.length).toBeGreaterThan(0);
  const lines = archivedLinesOf(delivery);
  expect(lines.flatMap(eventsIn)).toEqual(events);
  const written = [...lines, JSON.stringify(events)].join('\n');
  for (const secret of [canary, packed]) expect(written).not.toContain(secret);
};

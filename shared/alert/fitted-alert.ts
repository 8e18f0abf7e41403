/** An alert in; the same, cut as far as whoever takes it needs, out: texts shorter all alike, then lists. */
import type { Alert } from './alert.ts';
import { cutTo } from './printable.ts';

/** What is left out is said where it was, and ids always stay. The last step fits any limit of 100 KB and more. */
export const fittedAlert = (alert: Alert, fits: (alert: Alert) => boolean): Alert => {
  if (fits(alert)) return alert;
  for (const step of steps) {
    const shorter = cut(alert, step);
    if (fits(shorter)) return shorter;
  }
  return cut(alert, smallest);
};

interface Step {
  readonly characters: number;
  readonly members: number;
}

const smallest: Step = { characters: 60, members: 3 };
const steps: readonly Step[] = [
  { characters: 8000, members: 1000 },
  { characters: 2000, members: 200 },
  { characters: 500, members: 50 },
  { characters: 250, members: 20 },
  { characters: 120, members: 8 },
];

/** What an alert holds is plain JSON, and what is cut keeps its form. */
const cut = <T>(value: T, step: Step): T => cutValue(value, step) as T;

const cutValue = (value: unknown, step: Step): unknown => {
  if (typeof value === 'string') return cutTo(step.characters, value);
  if (Array.isArray(value)) return cutList(value, step);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, cutValue(member, step)]));
};

const cutList = (list: readonly unknown[], step: Step): readonly unknown[] => {
  const kept = list.slice(0, step.members).map((member) => cutValue(member, step));
  const missing = list.length - kept.length;
  // Lists of what is no text have their number elsewhere: `count` of an alert.
  return missing > 0 && typeof list[0] === 'string' ? [...kept, `[${missing} left out]`] : kept;
};

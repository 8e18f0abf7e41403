/** A verdict in, a sentence that a person can check against the log, out. */
import { hoursOfWeek } from './history.ts';
import type { FeatureVerdict, Verdict } from './verdict.ts';

/**
 * `412 secret reads from 03:00 to 04:00 UTC (the last 6 Mondays: 0 to 6)`: the features that made the hour strange, the
 * one that did most first.
 *
 * @param names what each feature counts, in the order of the point's counts: `secret reads`
 */
export const inWords = (verdict: Verdict, names: readonly string[]): string => {
  const [first, ...others] = verdict.features
    .map((feature, at) => ({ feature, name: names[at] ?? 'events' }))
    .toSorted((left, right) => right.feature.share - left.feature.share);
  if (!first) return '';
  const named = [first, ...others.filter(({ feature }) => feature.share >= leastShare)];
  const [from, to] = [clockText(verdict.hour), clockText(verdict.hour + 1)];
  return named
    .map(({ feature, name }, at) => {
      const when = at === 0 ? ` from ${from} to ${to} UTC` : '';
      return `${feature.count} ${name}${when} (${earlierText(feature, verdict.hour)})`;
    })
    .join(', ');
};

/** Other features are named where they made a fifth of the displacement or more. */
const leastShare = 0.2;

const earlierText = ({ season, seen, least, most }: FeatureVerdict, hour: number): string => {
  const one = season === 'hour-of-day' ? 'day' : dayName(hour);
  const which = seen === 1 ? `the last ${one}` : `the last ${seen} ${one}s`;
  return `${which}: ${least === most ? most : `${least} to ${most}`}`;
};

const clockText = (hour: number): string => `${String(hour % 24).padStart(2, '0')}:00`;

/** Hour 0 was a Thursday's. */
const dayName = (hour: number): string => dayNames[Math.floor((hour % hoursOfWeek) / 24)] ?? '';

const dayNames = ['Thursday', 'Friday', 'Saturday', 'Sunday', 'Monday', 'Tuesday', 'Wednesday'];

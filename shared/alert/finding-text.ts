/** An alert in; the texts of it that stores of findings ask for, out. */
import type { Alert } from './alert.ts';
import { printable } from './printable.ts';
import { fittedParts, titleOf } from './sinks/fitted-message.ts';

/** Why the rule is there, on one line. A rule may go without, a finding may not. */
export const descriptionOf = (alert: Alert): string =>
  alert.why
    .trim()
    .split(/\s*\n\s*/)
    .map(printable)
    .join(' ') || titleOf(alert);

/** What a person is told, by the labels of every other message, each text at most so long; not a line of it is markup. */
export const fieldsOf = (alert: Alert, maxLength: number): readonly (readonly [string, string])[] =>
  fittedParts(alert, (parts) => parts.every(({ lines }) => lines.join('\n').length <= maxLength)).map(
    ({ label, lines }) => [label, lines.join('\n')],
  );

/** ISO 8601; undefined where there is no time, or one that no calendar of four digits has. */
export const calendarTime = (time: number | undefined): string | undefined => {
  const date = new Date(time ?? Number.NaN);
  const text = Number.isNaN(date.getTime()) ? '' : date.toISOString();
  return /^\d{4}-/.test(text) ? text : undefined;
};

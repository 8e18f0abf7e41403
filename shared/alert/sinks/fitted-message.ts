/** An alert in; what people are told of it, short enough for whoever shows it, out. */
import type { Alert } from '../alert.ts';
import { messageOf } from '../message.ts';
import { cutTo, printable } from '../printable.ts';

/** A label and its lines, as on a terminal, and last the ids by which rule and alert are found again. */
export interface ShownPart {
  readonly label: string;
  readonly lines: readonly string[];
}

/** `HIGH: Command executed in a pod`, on one line. */
export const titleOf = ({ severity, rule }: Alert): string =>
  printable(`${severity.toUpperCase()}: ${rule.title}`);

/** The title, who it was and where: what fits on a locked screen. */
export const headlineOf = (alert: Alert): string => {
  const parts = messageOf(alert);
  const lineOf = (label: string): string | undefined =>
    parts.find((part) => part.label === label)?.lines.find((line) => line !== '');
  return [titleOf(alert), lineOf('who'), lineOf('where')].filter(Boolean).join(' | ');
};

/**
 * Lines grow shorter, all alike, until the message fits; if that is not enough, lines are left out from the end. Either is
 * said where it is done. The ids always stay.
 */
export const fittedParts = (
  alert: Alert,
  fits: (parts: readonly ShownPart[]) => boolean,
): readonly ShownPart[] => {
  const whole = messageOf(alert).map(({ label, lines }) => ({
    label,
    lines: label === 'next' && lines.length > 1 ? lines.map((line, at) => `${at + 1}. ${line}`) : lines,
  }));
  for (const width of widths) {
    const parts = [...whole.map((part) => narrowed(part, width)), ...idsOf(alert)];
    if (fits(parts)) return parts;
  }
  return withoutLast(
    whole.map((part) => narrowed(part, narrowest)),
    idsOf(alert),
    fits,
  );
};

const narrowest = 120;
const widths = [2000, 1000, 500, 250, narrowest];

const idsOf = ({ id, rule }: Alert): readonly ShownPart[] => [
  { label: 'rule', lines: [cutTo(narrowest, printable(rule.id))] },
  { label: 'alert', lines: [id] },
];

const narrowed = ({ label, lines }: ShownPart, width: number): ShownPart => ({
  label,
  lines: lines.map((line) => cutTo(width, line)),
});

const withoutLast = (
  parts: readonly ShownPart[],
  ids: readonly ShownPart[],
  fits: (parts: readonly ShownPart[]) => boolean,
): readonly ShownPart[] => {
  const lines = parts.flatMap((part) => part.lines.map((line) => ({ label: part.label, line })));
  const shownWith = (count: number): readonly ShownPart[] => [
    ...parts.flatMap(({ label }) => {
      const kept = lines.slice(0, count).filter((one) => one.label === label);
      return kept.length === 0 ? [] : [{ label, lines: kept.map(({ line }) => line) }];
    }),
    { label: 'cut', lines: [`${lines.length - count} lines left out`] },
    ...ids,
  ];
  let [enough, tooMany] = [0, lines.length];
  while (tooMany - enough > 1) {
    const middle = Math.floor((enough + tooMany) / 2);
    if (fits(shownWith(middle))) enough = middle;
    else tooMany = middle;
  }
  return shownWith(enough);
};

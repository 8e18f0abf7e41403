/** Alerts in; the text that a terminal, a program or a code scanning service reads, out. */
import { styleText } from 'node:util';
import type { Alert } from '../../shared/alert/alert.ts';
import { messageOf } from '../../shared/alert/message.ts';
import { findingToOcsf } from '../../shared/alert/ocsf-finding.ts';
import { printable } from '../../shared/alert/printable.ts';
import { sarifOf } from '../../shared/alert/sarif.ts';
import { type Severity, severities } from '../../shared/schema/severity.ts';
import { version } from './version.ts';

export const outputs = ['pretty', 'ndjson', 'ocsf', 'sarif'] as const;
export type Output = (typeof outputs)[number];

const byTime = (left: Alert, right: Alert): number => (left.firstSeen ?? 0) - (right.firstSeen ?? 0);

export const textOf = (output: Output, alerts: readonly Alert[], colour: boolean): string => {
  switch (output) {
    case 'pretty':
      return pretty(alerts, colour);
    case 'ndjson':
      return alerts.toSorted(byTime).map(lineOf).join('');
    case 'ocsf':
      return alerts
        .toSorted(byTime)
        .map((alert) => `${JSON.stringify(findingToOcsf(alert, version))}\n`)
        .join('');
    case 'sarif':
      return `${JSON.stringify(sarifOf(alerts.toSorted(byTime), version), undefined, 2)}\n`;
  }
};

export const lineOf = (alert: Alert): string => `${JSON.stringify(alert)}\n`;

type Style = Parameters<typeof styleText>[0];

const styles: Readonly<Record<Severity, Style>> = {
  critical: ['bold', 'white', 'bgRed'],
  high: ['bold', 'red'],
  medium: ['bold', 'yellow'],
  low: 'cyan',
  informational: 'gray',
};

/** Worst first; within a severity in the order of time. */
const pretty = (alerts: readonly Alert[], colour: boolean): string => {
  const paint = (style: Style, text: string): string =>
    colour ? styleText(style, text, { validateStream: false }) : text;
  const blocks = severities.toReversed().flatMap((severity) => {
    const group = alerts.filter((alert) => alert.severity === severity).toSorted(byTime);
    if (group.length === 0) return [];
    const heading = paint(styles[severity], ` ${severity.toUpperCase()} (${group.length}) `);
    return [`${heading}\n`, ...group.map((alert) => block(alert, paint))];
  });
  return blocks.join('\n');
};

const labelWidth = 7;

const block = (alert: Alert, paint: (style: Style, text: string) => string): string => {
  const head = `${paint('bold', printable(alert.rule.title))}  ${paint('gray', printable(alert.rule.id))}`;
  const lines = messageOf(alert).flatMap(({ label, lines }) =>
    lines.map((line, at) => {
      const shownLabel = at === 0 ? label : '';
      const number = label === 'next' && lines.length > 1 ? `${at + 1}. ` : '';
      return `  ${paint('gray', shownLabel.padEnd(labelWidth))}${number}${line}`;
    }),
  );
  return `${[head, ...lines].join('\n')}\n`;
};

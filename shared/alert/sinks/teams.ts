/** An alert in; the request to a Teams webhook of Workflows, with an Adaptive Card, out. */
import type { Severity } from '../../schema/severity.ts';
import type { Alert } from '../alert.ts';
import { cutTo } from '../printable.ts';
import { fittedParts, headlineOf, type ShownPart, titleOf } from './fitted-message.ts';
import type { Receiver } from './http-sink.ts';

/**
 * For the trigger "When a Teams webhook request is received"; the secret is its address. It answers 202 before the
 * workflow runs, so what goes wrong in the workflow is seen there only.
 * https://learn.microsoft.com/connectors/teams/#microsoft-teams-webhook
 */
export const teams: Receiver = {
  atOnce: 1,
  requestOf: (alert, secret) => ({ url: secret, body: messageText(alert) }),
};

const messageText = (alert: Alert): string => {
  const parts = fittedParts(alert, (some) => byteLength(messageWith(alert, some)) <= maxBytes);
  return messageWith(alert, parts);
};

/** A message may be about 28 KB: https://learn.microsoft.com/connectors/teams/#known-issues-and-limitations-with-actions. Left is room for what Teams wraps around it. */
const maxBytes = 20_000;

const byteLength = (text: string): number => Buffer.byteLength(text);

const messageWith = (alert: Alert, parts: readonly ShownPart[]): string =>
  JSON.stringify({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: cardOf(alert, parts),
      },
    ],
  });

/** https://adaptivecards.io/explorer: rich text is of version 1.2. */
const cardOf = (alert: Alert, parts: readonly ShownPart[]) => ({
  $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
  type: 'AdaptiveCard',
  version: '1.4',
  fallbackText: textOf(cutTo(500, headlineOf(alert))),
  msteams: { width: 'Full' },
  body: [
    richText([
      {
        ...run(cutTo(200, titleOf(alert))),
        weight: 'Bolder',
        size: 'Large',
        color: colours[alert.severity],
      },
    ]),
    ...parts.flatMap(({ label, lines }) =>
      lines.map((line, at) => ({
        ...richText(at === 0 ? [{ ...run(`${label}  `), weight: 'Bolder' }, run(line)] : [run(line)]),
        spacing: at === 0 ? 'Small' : 'None',
      })),
    ),
  ],
});

const colours: Readonly<Record<Severity, string>> = {
  critical: 'Attention',
  high: 'Attention',
  medium: 'Warning',
  low: 'Accent',
  informational: 'Default',
};

/** A text block reads Markdown, with links; a run of rich text does not: https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features */
const richText = (inlines: readonly object[]) => ({ type: 'RichTextBlock', inlines });

const run = (text: string) => ({ type: 'TextRun', text: textOf(text) });

/** Everywhere in a card `{{DATE(...)}}` is shown as something else. */
const textOf = (text: string): string => text.replaceAll('{{', '{ {');

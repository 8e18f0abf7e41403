/** An alert in; the request to a Slack incoming webhook, out. */
import type { Alert } from '../alert.ts';
import { cutTo } from '../printable.ts';
import { fittedParts, headlineOf, type ShownPart, titleOf } from './fitted-message.ts';
import type { Receiver } from './http-sink.ts';

/**
 * The secret is the webhook's address: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 * Slack knows no key for a message, so one given twice is shown twice, with its id. It takes about one message a second:
 * https://docs.slack.dev/apis/web-api/rate-limits
 */
export const slack: Receiver = {
  atOnce: 1,
  requestOf: (alert, secret) => ({ url: secret, body: JSON.stringify(slackMessage(alert)) }),
};

/** Blocks a message: https://docs.slack.dev/reference/block-kit/blocks */
const maxBlocks = 50;
/** Of the text of a section; rich text states no limit, and is kept to this one. */
const maxBlockText = 3000;
/**
 * Of all blocks as JSON. Slack documents no limit and has one, above 11,000 characters of text and what is around them:
 * https://github.com/slackapi/bolt-js/issues/2509 and https://github.com/slackapi/bolt-js/issues/2867
 */
const maxBlocksText = 10_000;

const slackMessage = (alert: Alert) => ({
  // Shown in notifications. It is mrkdwn, in which only these three characters begin a link or a mention:
  // https://docs.slack.dev/messaging/formatting-message-text#escaping
  text: escaped(cutTo(500, headlineOf(alert))),
  mrkdwn: false,
  link_names: false,
  unfurl_links: false,
  unfurl_media: false,
  blocks: blocksOf(
    alert,
    fittedParts(alert, (parts) => fitsSlack(blocksOf(alert, parts))),
  ),
});

const blocksOf = (alert: Alert, parts: readonly ShownPart[]) => [
  richText([bold(cutTo(150, titleOf(alert)))]),
  ...parts.map(({ label, lines }) => richText([bold(`${label}  `), plain(lines.join('\n'))])),
];

const fitsSlack = (blocks: ReturnType<typeof blocksOf>): boolean =>
  blocks.length <= maxBlocks &&
  JSON.stringify(blocks).length <= maxBlocksText &&
  blocks.every((block) => lengthOf(block) <= maxBlockText);

const lengthOf = (block: ReturnType<typeof richText>): number =>
  block.elements.flatMap(({ elements }) => elements).reduce((sum, { text }) => sum + text.length, 0);

/** In rich text a text is only ever text; links, mentions and emoji are elements of their own. */
const richText = (elements: readonly { readonly type: string; readonly text: string }[]) => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements }],
});

const plain = (text: string) => ({ type: 'text', text });
const bold = (text: string) => ({ ...plain(text), style: { bold: true } });

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

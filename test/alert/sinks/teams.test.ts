/** Teams' webhook of Workflows, told over HTTP. */
import { describe, expect, it } from 'vitest';
import { teams } from '../../../shared/alert/sinks/teams.ts';
import { keepsTheAlertContract, type Taken } from '../../contracts/alert-sink.ts';
import { exampleAlert } from '../example.ts';
import { httpLine } from './http-line.ts';
import type { Received } from './receiver-server.ts';

interface Card {
  readonly msteams: Readonly<Record<string, unknown>>;
  readonly body: readonly {
    readonly type: string;
    readonly inlines: readonly { readonly type: string; readonly text: string }[];
  }[];
}

const read = ({ body }: Received): Taken => {
  const card: Card = JSON.parse(body).attachments[0].content;
  const text = card.body.map(({ inlines }) => inlines.map((run) => run.text).join('')).join('\n');
  const runTypes = card.body.flatMap(({ inlines }) => inlines.map(({ type }) => type));
  return {
    id: /^alert {2}(\S+)$/m.exec(text)?.[1],
    text,
    active: [
      ...card.body.map(({ type }) => type).filter((type) => type !== 'RichTextBlock'),
      ...runTypes.filter((type) => type !== 'TextRun'),
      ...Object.keys(card.msteams).filter((key) => key === 'entities'),
      // A card shows these as something else: https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features
      ...(body.match(/\{\{(DATE|TIME)\(/g) ?? []),
    ],
    size: Buffer.byteLength(body),
    maxSize: 20_000,
  };
};

const open = () => httpLine({ receiverAt: () => teams, read });

keepsTheAlertContract(open, { knowsKeys: false, isVerbatim: false });

describe('a card in Teams', () => {
  it('is the message that a workflow expects, and says what a terminal says', async () => {
    const line = await open();
    await line.sink.send([exampleAlert()], Date.now() + 10_000);
    await line.close();
    const body = JSON.parse(line.server.received[0]?.body ?? '');
    expect(body).toMatchObject({
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          content: { type: 'AdaptiveCard', version: '1.4' },
        },
      ],
    });
    expect(body.attachments[0].content.body.slice(0, 2)).toEqual([
      {
        type: 'RichTextBlock',
        inlines: [
          {
            type: 'TextRun',
            text: 'MEDIUM: A door was opened',
            weight: 'Bolder',
            size: 'Large',
            color: 'Warning',
          },
        ],
      },
      {
        type: 'RichTextBlock',
        inlines: [
          { type: 'TextRun', text: 'who  ', weight: 'Bolder' },
          {
            type: 'TextRun',
            text: 'arn:aws:sts::111122223333:assumed-role/Developer/dana as dana, groups developers, credential ASIAEXAMPLE',
          },
        ],
        spacing: 'Small',
      },
    ]);
    expect(line.taken()[0]?.text.split('\n').slice(8)).toEqual([
      'misses  Doors without a lock.',
      'next  1. Look who it was.',
      '2. Shut it.',
      'attack  Execution, T1609, T1552.007',
      'seen  logs/a.jsonl:7',
      'rule  door-opened',
      `alert  ${exampleAlert().id}`,
    ]);
  });
});

/** Slack's incoming webhook, told over HTTP. */
import { describe, expect, it } from 'vitest';
import { slack } from '../../../shared/alert/sinks/slack.ts';
import { keepsTheAlertContract, type Taken } from '../../contracts/alert-sink.ts';
import { exampleAlert } from '../example.ts';
import { httpLine } from './http-line.ts';
import type { Received } from './receiver-server.ts';

interface Message {
  readonly text: string;
  readonly link_names: boolean;
  readonly blocks: readonly {
    readonly type: string;
    readonly elements: readonly {
      readonly type: string;
      readonly elements: readonly { readonly type: string; readonly text: string }[];
    }[];
  }[];
}

const read = ({ body }: Received): Taken => {
  const message: Message = JSON.parse(body);
  const sections = message.blocks.flatMap(({ elements }) => elements);
  const texts = sections.map(({ elements }) => elements.map((each) => each.text).join(''));
  const types = sections.flatMap(({ elements }) => elements.map(({ type }) => type));
  const text = texts.join('\n');
  return {
    id: /^alert {2}(\S+)$/m.exec(text)?.[1],
    text,
    active: [
      ...(message.text.match(/<[^>]*>?/g) ?? []),
      ...(message.link_names ? ['names become mentions'] : []),
      ...message.blocks.map(({ type }) => type).filter((type) => type !== 'rich_text'),
      ...types.filter((type) => type !== 'text'),
    ],
    // Of four limits that which is used up most.
    size: Math.max(
      Math.max(...texts.map(({ length }) => length)) / 3000,
      message.blocks.length / 50,
      JSON.stringify(message.blocks).length / 10_000,
      message.text.length / 4000,
    ),
    maxSize: 1,
  };
};

const open = () => httpLine({ receiverAt: () => slack, read });

keepsTheAlertContract(open, { knowsKeys: false, isVerbatim: false });

describe('a message in Slack', () => {
  it('says what a terminal says, in the same order', async () => {
    const line = await open();
    await line.sink.send([exampleAlert()], Date.now() + 10_000);
    await line.close();
    expect(line.taken()[0]?.text).toBe(
      [
        'MEDIUM: A door was opened',
        'who  arn:aws:sts::111122223333:assumed-role/Developer/dana as dana, groups developers, credential ASIAEXAMPLE',
        'from  198.51.100.7 (kubectl/v1.36.0)',
        'what  get pods/exec shop/web-0: sh -c id -> 101',
        'where  prod (aws 111122223333 eu-west-1)',
        'when  2026-01-02T12:00:00Z',
        'why  Somebody opened a door that is usually shut.',
        'maybe  The caretaker',
        'misses  Doors without a lock.',
        'next  1. Look who it was.',
        '2. Shut it.',
        'attack  Execution, T1609, T1552.007',
        'seen  logs/a.jsonl:7',
        'rule  door-opened',
        `alert  ${exampleAlert().id}`,
      ].join('\n'),
    );
    expect(JSON.parse(line.server.received[0]?.body ?? '').text).toBe(
      'MEDIUM: A door was opened | arn:aws:sts::111122223333:assumed-role/Developer/dana as dana, groups developers, credential ASIAEXAMPLE | prod (aws 111122223333 eu-west-1)',
    );
  });
});

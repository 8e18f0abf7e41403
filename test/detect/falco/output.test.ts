/** What a rule says of an event, in the alert and in the message that people read. */
import { describe, expect, it } from 'vitest';
import { messageOf } from '../../../shared/alert/message.ts';
import { alertGroups } from '../../../shared/alert/suppress.ts';
import { createDetector } from '../../../shared/detect/detect.ts';
import { eventFrom, problemsOf, ruleFrom, ruleWith } from './invented-rules.ts';

const withOutput = (output: string): string =>
  ruleWith('ka.verb exists').replace('output: seen', `output: ${JSON.stringify(output)}`);

const said = (output: string, fields = {}): string | undefined =>
  ruleFrom(withOutput(output)).messageOf?.(eventFrom(fields));

describe('an output', () => {
  it.each([
    ['plain', 'plain'],
    ['user=%ka.user.name verb=%ka.verb/%ka.target.resource.', 'user=ana@example.com verb=create/pods.'],
    ['groups=%ka.user.groups', 'groups=(developers,system:authenticated)'],
    ['pod=%ka.resp.name!', 'pod=<NA>!'],
    ['p=%ka.uri.param[command] j=%jevt.value[/verb]', 'p=<NA> j=create'],
    ['%ka.verbose %toupper(ka.verb)', 'createose CREATE'],
  ])('%s says %s', (output, expected) => {
    expect(said(output)).toBe(expected);
  });

  it('has nothing to say of an event without an auditID', () => {
    expect(said('%ka.verb %jevt.value[/verb]', { auditID: undefined })).toBe('<NA> create');
  });

  it.each(['%', '100% sure', '%ka.no', '%ka.uri.param', '%%ka.verb', '%ka.verb[a'])(
    'of %s is refused',
    (output) => {
      expect(problemsOf(withOutput(output))).toEqual([
        expect.stringMatching(/^1.yaml:4 the rule "Invented": /),
      ]);
    },
  );

  it('is the message of the alert, and a line that people read', () => {
    const rule = ruleFrom(withOutput('by %ka.user.name'));
    const groups = alertGroups({ suppress: false, onAlert: () => undefined });
    for (const finding of createDetector([rule]).findingsFor(eventFrom())) groups.add(finding);
    const [alert] = groups.flush();
    expect(alert?.message).toBe('by ana@example.com');
    const says = alert && messageOf(alert).find(({ label }) => label === 'says');
    expect(says?.lines).toEqual(['by ana@example.com']);
  });
});

/** An alert in, what a person needs to act on it, line by line, out. */
import type { Alert } from './alert.ts';
import { attackOf } from './attack.ts';
import { printable } from './printable.ts';

/** A label and its lines, in the order in which they are read. Whatever a log holds, a line is one line of plain text. */
export interface MessagePart {
  readonly label:
    | 'who'
    | 'from'
    | 'what'
    | 'where'
    | 'when'
    | 'says'
    | 'story'
    | 'why'
    | 'maybe'
    | 'misses'
    | 'next'
    | 'seen'
    | 'attack';
  readonly lines: readonly string[];
}

export const messageOf = (alert: Alert): readonly MessagePart[] => {
  const parts: MessagePart[] = [
    { label: 'who', lines: [whoOf(alert)] },
    { label: 'from', lines: [fromOf(alert)] },
    { label: 'what', lines: [whatOf(alert)] },
    { label: 'where', lines: [whereOf(alert)] },
    { label: 'when', lines: [whenOf(alert)] },
    { label: 'says', lines: alert.message === undefined ? [] : [shortened(alert.message, 2000)] },
    { label: 'story', lines: storyOf(alert) },
    { label: 'why', lines: alert.why.trim().split(/\s*\n\s*/) },
    {
      label: 'maybe',
      lines: alert.falsePositives.length > 0 ? [listed(alert.falsePositives)] : [],
    },
    { label: 'misses', lines: alert.misses === undefined ? [] : [alert.misses] },
    { label: 'next', lines: alert.respond },
    { label: 'attack', lines: attackLines(alert) },
    { label: 'seen', lines: seenAt(alert) },
  ];
  return parts
    .map(({ label, lines }) => ({ label, lines: lines.map(printable) }))
    .filter(({ lines }) => lines.some((line) => line !== ''));
};

const whoOf = ({ actor, identities }: Alert): string => {
  const name = actor.name ?? (actor.type === 'anonymous' ? 'anonymous' : 'not stated');
  const real =
    actor.cloudIdentity !== undefined && actor.cloudIdentity !== name
      ? `${actor.cloudIdentity} as ${name}`
      : name;
  const groups = actor.groups?.filter((group) => group !== 'system:authenticated') ?? [];
  const groupText = groups.length > 0 ? `, groups ${groups.slice(0, 5).join(', ')}` : '';
  const credential = actor.credentialId === undefined ? '' : `, credential ${actor.credentialId}`;
  const other = actor.impersonates?.name ?? actor.impersonates?.groups?.join(', ');
  const maybe = identities && `, one of ${identities.map(({ name: one }) => one).join(', ')}`;
  return `${real}${maybe ?? ''}${groupText}${credential}${other === undefined ? '' : `, acting as ${other}`}`;
};

const fromOf = ({ client }: Alert): string => {
  const agent = client.userAgent === undefined ? '' : ` (${shortened(client.userAgent, 80)})`;
  return client.ips.length === 0 && agent === ''
    ? ''
    : `${client.ips.join(', ') || 'address not stated'}${agent}`;
};

/** `create pods/exec shop/web-1: sh -c id -> 101`; `GET shop-web-80 /cart?id=1 -> 200`: a URI says what no resource does. */
const whatOf = ({ action, target, outcome }: Pick<Alert, 'action' | 'target' | 'outcome'>): string => {
  const resource = [target.resource, target.subresource].filter(Boolean).join('/');
  const object = [target.namespace, target.name].filter(Boolean).join('/');
  const uri = resource === '' && action.uri !== undefined ? shortened(action.uri, 200) : '';
  const place = [resource, object, uri].filter(Boolean).join(' ');
  const command = action.command === undefined ? '' : `: ${shortened(action.command.join(' '), 200)}`;
  const code = outcome.code ?? (outcome.result === 'unknown' ? undefined : outcome.result);
  return `${action.verb ?? ''} ${place}${command}${code === undefined ? '' : ` -> ${code}`}`.trim();
};

/** What happened, a line an event: when, which rule, who, what. A story of one event is told by the lines above. */
const storyOf = ({ story = [], count }: Alert): readonly string[] => {
  if (story.length < 2) return [];
  const lines = story.map((step) => {
    const { time, rule, actor, client } = step;
    const address = client.ips.at(-1);
    return `${timeText(time)} ${rule.title}: ${actor.cloudIdentity ?? actor.name ?? 'somebody'}${address === undefined ? '' : ` from ${address}`}, ${whatOf(step)}`;
  });
  return count > story.length ? [...lines, `and ${count - story.length} more between`] : lines;
};

const whereOf = (alert: Alert): string => {
  const cloud = [alert.cloud, alert.account, alert.region].filter(Boolean).join(' ');
  const cluster = alert.cluster ?? (cloud === '' ? '' : 'cluster not stated');
  return cloud === '' ? cluster : `${cluster} (${cloud})`;
};

const whenOf = ({ firstSeen, lastSeen, count }: Alert): string => {
  const times = count === 1 ? '' : `, ${count} times`;
  if (firstSeen === undefined) return count === 1 ? '' : `${count} times`;
  const first = timeText(firstSeen);
  return lastSeen === undefined || lastSeen === firstSeen
    ? `${first}${times}`
    : `${first} to ${timeText(lastSeen)}${times}`;
};

const timeText = (epoch: number): string => {
  const date = new Date(epoch);
  return Number.isNaN(date.getTime()) ? String(epoch) : date.toISOString().replace(/\.000Z$/, 'Z');
};

/** Sentences or parts of such, on one line. */
export const listed = (sentences: readonly string[]): string =>
  sentences.map((sentence) => sentence.replace(/\.$/, '')).join('; ');

const attackLines = ({ rule }: Alert): readonly string[] => {
  const { tactics, techniques } = attackOf(rule.tags);
  const text = [...tactics.map((tactic) => tactic.name), ...techniques].join(', ');
  return text === '' ? [] : [text];
};

const seenAt = ({ events, count }: Alert): readonly string[] => {
  const places = events
    .slice(0, 3)
    .flatMap(({ location }) =>
      location
        ? [
            `${location.path}:${location.line}${location.index === undefined ? '' : ` record ${location.index + 1}`}`,
          ]
        : [],
    );
  const more = count - places.length;
  return places.length > 0 && more > 0 ? [...places, `and ${more} more`] : places;
};

const shortened = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length - 3)}...` : text;

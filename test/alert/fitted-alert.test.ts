/** How an alert is cut for those who take it as JSON. */
import { describe, expect, it } from 'vitest';
import type { Alert } from '../../shared/alert/alert.ts';
import { fittedAlert } from '../../shared/alert/fitted-alert.ts';
import { exampleAlert } from './example.ts';

const within =
  (bytes: number) =>
  (alert: Alert): boolean =>
    Buffer.byteLength(JSON.stringify(alert)) <= bytes;

describe('an alert that is too large', () => {
  it('is cut no further than it has to be, and says where', () => {
    const alert: Alert = {
      ...exampleAlert(),
      message: 'm'.repeat(50_000),
      respond: Array.from({ length: 2000 }, (_, at) => `step ${at}`),
    };
    const cut = fittedAlert(alert, within(20_000));
    expect(cut.message).toBe(`${'m'.repeat(1961)} [48039 characters left out]`);
    expect(cut.respond).toHaveLength(201);
    expect(cut.respond.at(-1)).toBe('[1800 left out]');
    expect(cut).toMatchObject({ id: alert.id, severity: alert.severity, count: 1, time: alert.time });
  });

  it('stays as it is where it fits', () => {
    const alert = exampleAlert();
    expect(fittedAlert(alert, within(10_000))).toBe(alert);
  });

  it.each(['x', '€', '💥', '"', '\u0001'])(
    'comes below 100 KB whatever it holds, of letters like %j',
    (letter) => {
      const text = letter.repeat(1000);
      const texts = Array.from({ length: 30 }, () => text);
      const base = exampleAlert();
      const step = {
        event: text,
        time: 1,
        rule: { id: text, title: text },
        actor: { name: text, type: 'user', groups: texts, impersonates: { name: text, groups: texts } },
        client: { ips: texts, userAgent: text },
        action: { verb: text, uri: text, command: texts },
        target: { group: text, resource: text, namespace: text, name: text },
        outcome: { result: 'success', reason: text },
        cluster: text,
      } as const;
      const alert: Alert = {
        ...base,
        ...step,
        rule: { ...base.rule, ...step.rule, tags: texts, references: texts },
        story: Array.from({ length: 20 }, () => step),
        events: Array.from({ length: 20 }, () => ({ id: text, location: { path: text, line: 1 } })),
        message: text,
        why: text,
        falsePositives: texts,
        misses: text,
        respond: texts,
        identities: Array.from({ length: 20 }, () => ({ name: text, credentialId: text })),
      };
      expect(within(100_000)(fittedAlert(alert, within(100_000)))).toBe(true);
    },
  );
});

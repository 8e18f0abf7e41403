/** Sinks made from settings, and an alert on its way from the settings file to its receivers. */
import { describe, expect, it } from 'vitest';
import { deliver } from '../../../shared/alert/deliver.ts';
import { routesTo } from '../../../shared/alert/route.ts';
import { webSinks } from '../../../shared/alert/sinks/web-sinks.ts';
import type { HttpRequest } from '../../../shared/ports.ts';
import { settingsOf } from '../../../shared/settings/read-settings.ts';
import { exampleAlert } from '../example.ts';
import { played, stage } from '../stage.ts';

const file = `
alerts:
  sinks:
    on-call: { type: pagerduty, secret: "env:PAGER", region: eu }
    chat: { type: slack, secret: "env:CHAT" }
    office: { type: teams, secret: "env:OFFICE" }
    soc: { type: webhook, url: "https://soc.example.com/klaxon", secret: "env:SOC", form: ocsf }
    topic: { type: sns }
  routes:
    - { severity: critical, sinks: [on-call] }
    - { clusters: [prod], sinks: [chat, office] }
    - { sinks: [soc, topic] }
`;

const secrets: Readonly<Record<string, string>> = {
  'env:PAGER': '0123456789abcdef0123456789abcdef',
  'env:CHAT': 'https://hooks.example.com/chat',
  'env:OFFICE': 'https://flows.example.com/office',
  'env:SOC': `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
};

describe('sinks of a settings file', () => {
  it('are told of the alerts that its routes give them, each by its own address and secret', async () => {
    const { alerts } = settingsOf('klaxon.config.yaml', file);
    const asked: HttpRequest[] = [];
    const sinks = webSinks(alerts.sinks, {
      version: '1.2.3',
      secretOf: async (reference) => secrets[reference] ?? '',
      post: async (request) => {
        asked.push(request);
        return { status: 202, text: '' };
      },
      now: () => 0,
    });
    const names = sinks.map(({ name }) => name);
    expect(names).toEqual(['on-call', 'chat', 'office', 'soc']);

    const alert = { ...exampleAlert(), severity: 'critical' } as const;
    const options = stage(sinks, { routes: routesTo(names, alerts.routes), now: () => 0 });
    const outcome = await played(() => deliver([alert], options));
    expect(outcome).toMatchObject({ status: 'fulfilled', value: { unrouted: 0 } });
    expect(asked.map(({ url }) => url).toSorted()).toEqual([
      'https://events.eu.pagerduty.com/v2/enqueue',
      'https://flows.example.com/office',
      'https://hooks.example.com/chat',
      'https://soc.example.com/klaxon',
    ]);
    const finding = asked.find(({ url }) => url.startsWith('https://soc'));
    expect(JSON.parse(finding?.body ?? '')).toMatchObject({
      class_uid: 2004,
      finding_info: { uid: alert.id },
    });
  });
});

/** Alerts in, one SARIF 2.1.0 log, as code scanning services read it, out. */
import type { JsonObject } from '../schema/json.ts';
import type { Severity } from '../schema/severity.ts';
import type { Alert, EventReference } from './alert.ts';
import { messageOf } from './message.ts';

const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  informational: 'note',
};

/** GitHub ranks results by this number: 9 and above is critical, 7 high, 4 medium. */
const securitySeverities: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '3.0',
  informational: '1.0',
};

export const sarifOf = (alerts: readonly Alert[], version: string): JsonObject => {
  const rules = new Map<string, { readonly index: number; readonly alert: Alert }>();
  for (const alert of alerts)
    if (!rules.has(alert.rule.id)) rules.set(alert.rule.id, { index: rules.size, alert });
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'Klaxon', version, rules: [...rules.values()].map(({ alert }) => ruleOf(alert)) },
        },
        results: alerts.map((alert) => resultOf(alert, rules.get(alert.rule.id)?.index ?? -1)),
      },
    ],
  };
};

const ruleOf = ({ rule, severity, why, respond }: Alert): JsonObject => ({
  id: rule.id,
  shortDescription: { text: rule.title },
  fullDescription: { text: why === '' ? rule.title : why },
  help: { text: respond.length === 0 ? rule.title : respond.join('\n') },
  defaultConfiguration: { level: levels[severity] },
  properties: { tags: ['security', ...rule.tags], 'security-severity': securitySeverities[severity] },
});

const resultOf = (alert: Alert, ruleIndex: number): JsonObject => ({
  ruleId: alert.rule.id,
  ruleIndex,
  level: levels[alert.severity],
  message: { text: textOf(alert) },
  locations: alert.events.slice(0, 1).flatMap(locationOf),
  relatedLocations: alert.events
    .slice(1)
    .flatMap(locationOf)
    .map((location, at) => ({ ...location, id: at + 1 })),
  occurrenceCount: alert.count,
  partialFingerprints: { 'klaxonAlertId/v1': alert.id },
});

const textOf = (alert: Alert): string => {
  const lines = messageOf(alert)
    .filter(({ label }) => label !== 'seen')
    .map(({ label, lines }) => `${label}: ${lines.join('; ')}`);
  return [alert.rule.title, ...lines].join('\n');
};

const locationOf = ({ location }: EventReference): readonly JsonObject[] =>
  location
    ? [
        {
          physicalLocation: {
            artifactLocation: { uri: uriOf(location.path) },
            region: { startLine: location.line },
          },
        },
      ]
    : [];

/** A path as a URI reference: each part percent-encoded, an absolute path with its scheme. */
const uriOf = (path: string): string => {
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${encoded}` : encoded;
};

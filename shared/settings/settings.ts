/** The one settings file, klaxon.config.yaml, as a person writes it: read alike by functions, infrastructure and the CLI. */
import { type Static, Type } from '@sinclair/typebox';
import type { TextPosition } from '../errors.ts';
import { severities } from '../schema/severity.ts';
import { maybe, oneOf, textList } from '../schema/type.ts';
import type { YamlPath } from '../schema/yaml.ts';
import { AwsSettings } from './aws.ts';
import { AzureSettings } from './azure.ts';
import { Cluster } from './cluster.ts';
import { byName, closed, days, listed, made, named, paths, word } from './form.ts';
import { GcpSettings } from './gcp.ts';
import { Receiver } from './receiver.ts';
import { Secret } from './secret.ts';

/** What holds where a section or a key is left out. */
export const defaults = {
  environment: 'production',
  archive: { form: 'audit', lock: 'governance' },
  retention: { archiveDays: 400, alertDays: 400, logDays: 30 },
  rules: { builtin: true, folders: [], sigma: [], falco: [], falcoMatching: 'first' },
} as const;

export const Sink = Type.Union(
  [
    closed({ type: word('slack'), secret: Secret }, 'An incoming webhook; its address is the secret'),
    closed({ type: word('teams'), secret: Secret }, 'A webhook of Workflows; its address is the secret'),
    closed(
      {
        type: word('pagerduty'),
        secret: Secret,
        region: maybe(
          oneOf(['us', 'eu'] as const, { description: 'Where the account is served; us if absent' }),
        ),
      },
      'Events API v2; the integration key is the secret',
    ),
    closed(
      {
        type: word('webhook'),
        url: named('an address that begins with https://', '^https://[^\\s@]+$'),
        secret: Secret,
        form: maybe(oneOf(['alert', 'ocsf'] as const, { description: 'Of the body; alert if absent' })),
      },
      'Any receiver of Standard Webhooks; the secret signs each request',
    ),
    closed({ type: word('sns'), topic: maybe(made('the ARN of a topic')) }),
    closed({ type: word('eventBridge'), bus: maybe(made('the name of an event bus')) }),
    closed({ type: word('securityHub') }),
    closed({ type: word('s3'), bucket: maybe(made('the name of a bucket')) }),
    closed({ type: word('eventGrid'), topic: maybe(made('the resource id of a topic')) }),
    closed({ type: word('serviceBus'), entity: maybe(made('the resource id of a queue or topic')) }),
    closed({ type: word('logAnalytics'), workspace: maybe(made('the resource id of a workspace')) }),
    closed({ type: word('blob'), container: maybe(made('the resource id of a container')) }),
    closed({ type: word('pubsub'), topic: maybe(made('the full name of a topic')) }),
    closed({ type: word('cloudLogging'), log: maybe(made('the name of a log')) }),
    closed({
      type: word('securityCommandCenter'),
      source: named('a source, organizations/NUMBER/sources/NUMBER', '^organizations/\\d+/sources/\\d+$'),
    }),
    closed({ type: word('gcs'), bucket: maybe(made('the name of a bucket')) }),
  ],
  { description: 'Where alerts are written' },
);

export const Route = closed(
  {
    severity: maybe(oneOf(severities, { description: 'At least this severe' })),
    rules: maybe(textList({ description: 'Only of these rules, by id', minItems: 1 })),
    tactics: maybe(textList({ description: 'Only of rules of these ATT&CK tactics', minItems: 1 })),
    clusters: maybe(textList({ description: 'Only of these clusters, by name', minItems: 1 })),
    sinks: textList({ description: 'Where these alerts go, by name', minItems: 1 }),
  },
  'Which alerts go where: a route without conditions takes them all',
);

const timeForm = '^[1-9]\\d{0,4}[smhdw]$';

export const RuleTuning = closed({
  disable: maybe(Type.Literal(true, { description: 'The rule gives no alert' })),
  because: maybe(named('why, for whoever reads this next')),
  severity: maybe(oneOf(severities, { description: 'In place of every severity of the rule' })),
  suppress: maybe(
    closed({
      by: maybe(textList({ description: 'Matches that agree in these fields are one alert', minItems: 1 })),
      for: maybe(
        Type.String({
          description: 'within this time: 30m, 12h, 7d',
          pattern: timeForm,
          patternErrorMessage: 'expected a time such as 30m, 12h or 7d',
        }),
      ),
    }),
  ),
});

export const SettingsFile = Type.Object(
  {
    environment: maybe(
      Type.String({
        description: 'What this installation is called: its resources are named klaxon-ENVIRONMENT',
        pattern: '^[a-z][a-z0-9-]{0,19}$',
        patternErrorMessage: 'expected up to 20 small letters, digits and -, a letter first',
        default: defaults.environment,
      }),
    ),
    clusters: listed(Cluster, 10_000),
    receiver: maybe(Receiver),
    aws: maybe(AwsSettings),
    azure: maybe(AzureSettings),
    gcp: maybe(GcpSettings),
    archive: maybe(
      closed({
        form: maybe(
          oneOf(['audit', 'ocsf'] as const, { description: 'audit keeps each provider line as it came' }),
        ),
        lock: maybe(
          oneOf(['none', 'governance', 'compliance'] as const, {
            description: 'Who may remove an object before its time: anyone with the right, the few, nobody',
          }),
        ),
      }),
    ),
    retention: maybe(
      closed({
        archiveDays: days('How long the archive is kept, and locked', defaults.retention.archiveDays),
        alertDays: days('How long alerts are kept where Klaxon stores them', defaults.retention.alertDays),
        logDays: days("How long Klaxon's own logs are kept", defaults.retention.logDays),
      }),
    ),
    alerts: maybe(
      closed({
        sinks: byName(
          Sink,
          'Where alerts are written, by a name that routes use',
          '^[A-Za-z][A-Za-z0-9_-]{0,63}$',
        ),
        routes: listed(Route, 1000),
      }),
    ),
    rules: maybe(
      closed({
        builtin: maybe(
          Type.Boolean({ description: 'Whether the built-in rules run', default: defaults.rules.builtin }),
        ),
        folders: paths('Folders of rules of your own, laid out like rules/'),
        sigma: paths('Files and folders of Sigma rules'),
        falco: paths('Files of Falco rules, in the order in which they change one another'),
        falcoMatching: maybe(
          oneOf(['first', 'all'] as const, {
            description: 'Of the Falco rules that hold for an event, which are alerted; first if absent',
          }),
        ),
      }),
    ),
    tuning: maybe(
      closed({
        rules: byName(RuleTuning, 'By the id of a rule'),
        lists: byName(
          textList({ minItems: 1 }),
          'Values to add to lists that rules share, by the name of the list',
        ),
        filters: paths('Files and folders of Sigma filters'),
      }),
    ),
    enrichment: maybe(
      closed({
        mmdb: paths('MaxMind databases of countries and networks'),
        ipLists: byName(
          named('the path of a file of addresses and networks'),
          'Files of addresses, by the name that rules know them by; relative to this file',
        ),
      }),
    ),
  },
  {
    $id: 'urn:klaxon:schema:settings',
    title: 'klaxon.config.yaml',
    description: 'The settings of Klaxon. Secrets stand in it only as references.',
    additionalProperties: false,
  },
);

export type SettingsFile = Static<typeof SettingsFile>;
export type Sink = Static<typeof Sink>;
export type Route = Static<typeof Route>;
export type RuleTuning = Static<typeof RuleTuning>;

/** A section with every key there. */
type Filled<T> = { readonly [K in keyof T]-?: Exclude<T[K], undefined> };
type Section<K extends keyof SettingsFile> = Filled<Exclude<SettingsFile[K], undefined>>;

/** The settings as the program uses them: what the file leaves out has its default. */
export interface Settings {
  readonly environment: string;
  readonly clusters: readonly Cluster[];
  /** Undefined where self-managed clusters send nothing to a cloud. */
  readonly receiver: SettingsFile['receiver'];
  readonly aws: AwsSettings;
  readonly azure: AzureSettings;
  readonly gcp: GcpSettings;
  readonly archive: Section<'archive'>;
  readonly retention: Section<'retention'>;
  readonly alerts: Section<'alerts'>;
  readonly rules: Section<'rules'>;
  readonly tuning: Section<'tuning'>;
  readonly enrichment: Section<'enrichment'>;
  /** Where a part stands in the file, for faults that only show when rules are loaded. */
  readonly positionOf: (path: YamlPath) => TextPosition;
}

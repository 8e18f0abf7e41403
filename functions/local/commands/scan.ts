/** `klaxon scan`: logs in, alerts out. */
import { type Command, Option } from 'commander';
import { createInvestigation } from '../../../shared/alert/investigation.ts';
import { type ArchiveForm, archiveForms } from '../../../shared/archive/line.ts';
import { decodeDocument } from '../../../shared/decode/decode.ts';
import { defaultLimits } from '../../../shared/decode/decoding.ts';
import { KlaxonError, messageOf, positionText } from '../../../shared/errors.ts';
import { type Account, emptyAccount, nothingSeen, processDelivery } from '../../../shared/pipeline.ts';
import type { AuditEvent } from '../../../shared/schema/audit-event.ts';
import type { RawRecord, Rejection } from '../../../shared/schema/raw-record.ts';
import { type Severity, severities, severityRank } from '../../../shared/schema/severity.ts';
import { memoryState } from '../../../shared/state/memory-state.ts';
import { readDocuments } from '../../documents.ts';
import { abilitiesOf, type EnrichmentFlags, enricherFrom } from '../../enrichment.ts';
import { type Output, outputs } from '../alerts.ts';
import { type EventFormat, eventFile, eventFormats } from '../event-file.ts';
import { progressOn } from '../progress.ts';
import { type Input, inputsOf, type ReadFault } from '../read.ts';
import { choiceOf, loadRules } from '../rule-files.ts';
import { settingsFrom } from '../settings.ts';
import { stateFile } from '../state.ts';
import { AlertCollector } from './alert-collector.ts';
import { bytesOf, type ConfigOption, collectOption, ids, withConfig, withEnrichment } from './options.ts';
import { scanArchive } from './scan-archive.ts';

interface ScanOptions extends ConfigOption, EnrichmentFlags {
  readonly output: Output;
  readonly eventsOut?: string;
  readonly eventsFormat: EventFormat;
  readonly alertsOut?: string;
  readonly archive?: string;
  readonly archiveForm?: ArchiveForm;
  readonly rules: readonly string[];
  readonly sigma: readonly string[];
  readonly falco: readonly string[];
  readonly falcoMatching?: 'first' | 'all';
  readonly builtin: boolean;
  readonly only?: readonly string[];
  readonly failOn?: Severity;
  readonly stats: boolean;
  readonly suppress: boolean;
  readonly live: boolean;
  readonly state?: string;
  readonly maxDeliverySize: number;
}

export const addScan = (program: Command, finish: (status: number) => void): void => {
  withEnrichment(withConfig(program.command('scan')))
    .description('read logs and print alerts')
    .argument(
      '<path...>',
      'files, folders or - for standard input; gzip is recognised, as is the kind of each record',
    )
    .addOption(
      new Option('-o, --output <format>', 'form of the alerts on standard output')
        .choices(outputs)
        .default('pretty'),
    )
    .option('--alerts-out <file>', 'write alerts to a file as well, one JSON object a line')
    .option('--events-out <file>', 'write every event to a file, one JSON object a line')
    .addOption(
      new Option('--events-format <format>', 'form of those events').choices(eventFormats).default('audit'),
    )
    .option(
      '--archive <dir>',
      'keep every record in an archive that can be queried, scanned again and verified',
    )
    .addOption(new Option('--archive-form <form>', 'form of its events (audit)').choices(archiveForms))
    .option('--rules <dir>', 'add a folder of rules with its lists/ (repeatable)', collectOption, [])
    .option(
      '--sigma <dir>',
      'add a folder or file of Sigma rules and filters (repeatable)',
      collectOption,
      [],
    )
    .option('--falco <file>', 'add a file of Falco rules (repeatable, in order)', collectOption, [])
    .addOption(
      new Option(
        '--falco-matching <which>',
        'of the Falco rules that hold for an event, which are alerted (first)',
      ).choices(['first', 'all']),
    )
    .option('--no-builtin', 'leave the built-in rules out')
    .option('--only <ids>', 'run only these rules, by id, separated by commas', ids)
    .addOption(
      new Option('--fail-on <severity>', 'exit with 1 if an alert is at least this severe').choices(
        severities,
      ),
    )
    .option('--no-suppress', 'one alert for each matching event')
    .option('--state <file>', 'remember in a file which alerts were given, and give them only once')
    .option('--live', 'give alerts as they come: for input that goes on', false)
    .option('--stats', 'end standard error with one JSON line of counts', false)
    .addOption(
      new Option('--max-delivery-size <size>', 'refuse a document or a compressed part that is larger')
        .argParser(bytesOf)
        .default(defaultLimits.maxBytes, '64MiB'),
    )
    .addHelpText('after', scanHelp)
    .action(async (paths: readonly string[], options: ScanOptions) => finish(await scan(paths, options)));
};

const scanHelp = `
Reads EKS, AKS, GKE and self-managed audit logs, authenticator and guard lines, CloudTrail, Azure Activity and Cloud
Audit Logs, Kubernetes Events, access lines of ingress-nginx and Hubble flows, in every envelope that is put around them.

Examples:
  klaxon scan examples/                             what it looks like
  klaxon scan audit.log --fail-on high              in a pipeline: exit 1 on a high or critical alert
  zcat export.gz | klaxon scan - --output ndjson    alerts as JSON lines, for jq
  klaxon scan logs/ --sigma my-rules/ --no-builtin  only your own Sigma rules
  klaxon scan logs/ --falco k8s_audit_rules.yaml    Falco's rules as well
  klaxon scan logs/ --ip-list tor=exits.txt         rules that ask for a list of addresses
  klaxon scan logs/ --archive evidence/             keep what was read; klaxon verify evidence/
  klaxon scan audit.log --state klaxon.state        every hour, of a log that grows: new alerts only
  tail -F audit.log | klaxon scan - --live          of a log as it is written; so with klaxon pull --follow

Exit status: 0 done, 1 an alert at or above --fail-on (with --state: a new one), 2 wrong usage, a rule that does not load
or a file that could not be read to its end. A record of no known form is named and counted, and no failure.`;

const scan = async (paths: readonly string[], options: ScanOptions): Promise<number> => {
  const started = performance.now();
  const settings = settingsFrom(options.config);
  const enricher = enricherFrom(options, settings, complain);
  const set = loadRules(choiceOf(options, settings, abilitiesOf(enricher)));
  for (const problem of set.problems) complain(`${positionText(problem)}: ${problem.message}`);
  for (const warning of set.warnings) complain(`${positionText(warning)}: warning: ${warning.message}`);
  const account = emptyAccount();
  const faults: ReadFault[] = [];
  const rejections = new RejectionSummary();
  const progress = progressOn(process.stderr);
  const state = options.state === undefined ? undefined : await stateFile(options.state, Date.now);
  // What was given is given once: live, the alert of a window is met as often as something is added to it.
  const collected = new AlertCollector(options, state ?? (options.live ? memoryState(Date.now) : undefined));
  const investigation = createInvestigation({
    rules: set.rules,
    firstOf: (options.falcoMatching ?? settings.rules.falcoMatching) === 'first' ? 'falco' : undefined,
    enricher,
    state: state ?? memoryState(Date.now),
    now: Date.now,
    suppress: options.suppress,
  });
  const events =
    options.eventsOut === undefined ? undefined : eventFile(options.eventsOut, options.eventsFormat);
  const archive =
    options.archive === undefined
      ? undefined
      : scanArchive(options.archive, options.archiveForm ?? settings.archive.form, paths);
  let bytes = 0;
  let deliveries = 0;

  const onEvent = (event: AuditEvent, record: RawRecord): void => {
    events?.write(event);
    archive?.add(event, record);
    investigation.take(event);
  };

  const scanInput = async (input: Input): Promise<void> => {
    const seen = nothingSeen();
    let envelopes = 0;
    let isEmpty = true;
    await readDocuments(
      input.open(),
      options.maxDeliverySize,
      (document) => {
        isEmpty = false;
        const decoded = decodeDocument(document, {
          location: { path: input.path, line: document.line },
          limits: { ...defaultLimits, maxBytes: options.maxDeliverySize },
        });
        if (decoded.isBatch) envelopes++;
        processDelivery(decoded, seen, account, {
          onEvent,
          onRejection: (rejection) => {
            rejections.add(rejection);
            archive?.reject(rejection);
          },
        });
      },
      (read) => {
        bytes += read;
        progress.update(() => progressText(bytes, account.events, collected.count));
      },
      async () => {
        await archive?.settle();
        // Held until there are many, so that lines of a small input may come in any order.
        if (options.live || investigation.waiting() >= heldFindings) await investigation.settle();
        const alerts = options.live ? investigation.alerts() : investigation.closed();
        for (const alert of await alerts) collected.take(alert);
        await collected.settle();
      },
    );
    deliveries += isEmpty ? 0 : Math.max(1, envelopes);
  };

  for await (const input of inputsOf(paths, faults)) {
    try {
      await scanInput(input);
    } catch (thrown) {
      // Without its memory the scan would go on to lose alerts, without its archive evidence.
      if (thrown instanceof KlaxonError && (thrown.code === 'state' || thrown.code === 'archive'))
        throw thrown;
      faults.push({ path: input.path, message: messageOf(thrown) });
    }
  }
  await archive?.finish();
  await investigation.settle();
  await investigation.tick();
  for (const alert of await investigation.alerts()) collected.take(alert);
  progress.clear();
  const unwritable = events?.close() ?? 0;
  await collected.finish();
  state?.close();

  for (const fault of faults) complain(`${fault.path}: ${fault.message}`);
  rejections.report(account);
  if (deliveries === 0 && faults.length === 0) complain(`nothing to read in ${paths.join(', ')}`);
  if (account.rejected > 0 && account.rejected === account.records) complain(unknownForm);
  const isKept = events !== undefined || archive !== undefined;
  if (set.rules.length === 0 && set.problems.length === 0 && !isKept) complain(noRule);
  if (unwritable > 0) complain(`${unwritable} events are nested too deep to be written`);
  if (options.output === 'pretty') {
    say(summaryOf(account, collected, set.rules.length));
    const { length } = set.inactive;
    if (length > 0)
      say(`${plural(length, 'rule')} ${length === 1 ? 'is' : 'are'} inactive: klaxon rules list`);
  }
  if (options.stats) {
    const milliseconds = Math.round(performance.now() - started);
    const { count: alerts, known } = collected;
    say(JSON.stringify({ deliveries, ...account, alerts, known, bytes, milliseconds }));
  }
  if (collected.worst >= failRank(options.failOn)) return 1;
  return faults.length > 0 || set.problems.length > 0 ? 2 : 0;
};

const unknownForm = 'nothing of this is a log that Klaxon knows: klaxon scan --help says what is read';
const noRule =
  'no rule runs: leave out --no-builtin and --only, or bring rules with --rules, --sigma or --falco';

/** Some tens of megabytes at most: a witness is some hundred bytes. */
const heldFindings = 5_000;

const failRank = (severity: Severity | undefined): number =>
  severity === undefined ? Number.POSITIVE_INFINITY : severityRank(severity);

const progressText = (bytes: number, events: number, alerts: number): string =>
  `${(bytes / 1_000_000).toFixed(1)} MB read, ${events.toLocaleString('en')} events, ${alerts} alerts`;

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

const complain = (text: string): void => say(`klaxon: ${text}`);

const summaryOf = (account: Account, { count, known }: AlertCollector, rules: number): string => {
  const cut = account.truncated > 0 ? `, ${account.truncated} cut short` : '';
  const alerts = known > 0 ? `${plural(count, 'new alert')}, ${known} known,` : plural(count, 'alert');
  return `${alerts} in ${plural(account.events, 'event')}${cut}, by ${plural(rules, 'rule')}`;
};

const plural = (count: number, noun: string): string =>
  `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;

/** Names the first few records that could not be read, and counts the rest. */
class RejectionSummary {
  readonly #first: Rejection[] = [];

  add(rejection: Rejection): void {
    if (this.#first.length < 5) this.#first.push(rejection);
  }

  report(account: Account): void {
    if (account.rejected === 0) return;
    const reasons = Object.entries(account.rejectedFor).map(([reason, count]) => `${count} ${reason}`);
    complain(`${plural(account.rejected, 'record')} could not be read (${reasons.join(', ')}), the first:`);
    for (const { location, detail } of this.#first) {
      const index = location?.index === undefined ? '' : ` record ${location.index + 1}`;
      say(`  ${location?.path ?? ''}:${location?.line ?? ''}${index}: ${detail}`);
    }
  }
}

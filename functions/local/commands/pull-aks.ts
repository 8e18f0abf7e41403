/** `klaxon pull aks`: an event hub, or containers of an archive, in; what Azure Monitor sent there, out. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { KlaxonError } from '../../../shared/errors.ts';
import type { ForwardLog } from '../../../shared/pull/forward.ts';
import type { HubName } from '../../azure/pull.ts';
import { atMost, pause } from '../../pause.ts';
import { collectOption } from './options.ts';
import { type RunFlags, withPollFlag, withRunFlags } from './pull-flags.ts';
import { type ForwardReport, pullAllForward } from './pulling-forward.ts';

interface AksFlags extends RunFlags {
  readonly hub?: { readonly namespace: string | undefined; readonly hub: string };
  readonly consumerGroup: string;
  readonly from?: 'earliest' | 'latest';
  readonly checkpoints?: URL;
  readonly container?: readonly URL[];
  readonly prefix?: string;
  readonly poll: number;
  readonly connectionStringFrom?: readonly string[];
}

export const addPullAks = (pull: Command, finish: (status: number) => void): void => {
  const aks = pull
    .command('aks')
    .description(
      'fetch the control-plane logs of AKS clusters from an event hub, or from an archive in Blob Storage',
    )
    .option('--hub <namespace/hub>', 'the event hub that diagnostic settings send to', hubName)
    .option('--consumer-group <name>', 'with --hub: one that nothing else reads with', '$Default')
    .addOption(
      new Option('--from <end>', 'with --hub: where to begin, whatever the time')
        .choices(['earliest', 'latest'])
        .conflicts('since'),
    )
    .option(
      '--checkpoints <url>',
      'with --hub: remember in a container how far it came, as other consumers do',
      containerUrl,
    )
    .addOption(
      new Option('--container <url>', 'a container that diagnostic settings write to (repeatable)').argParser(
        (text: string, earlier: readonly URL[] = []) => [...earlier, containerUrl(text)],
      ),
    )
    .option('--prefix <path>', 'with --container: only blobs whose names begin so')
    .option(
      '--connection-string-from <variable>',
      'for an emulator: the environment variable that holds its connection string (repeatable)',
      (name: string, earlier: readonly string[] = []) => collectOption(name, earlier),
    );
  withPollFlag(withRunFlags(aks))
    .addHelpText('after', aksHelp)
    .action(async (flags: AksFlags) => finish(await pullAks(flags)));
};

const aksHelp = `
Prints what came to the hub, a message on each line, or the lines of the blobs, as they were written.

Examples:
  klaxon pull aks --hub orders/klaxon | klaxon scan -                     the last day, of what the hub still keeps
  klaxon pull aks --hub orders/klaxon --from latest --follow | klaxon scan - --live    from now on
  klaxon pull aks --hub orders/klaxon --from earliest --out logs/         kept in files, for
  klaxon scan logs/                                                       as many scans as you like
  klaxon pull aks --container https://orders.blob.core.windows.net/insights-logs-kube-audit --since 7d | klaxon scan -

An event hub is read up to what it held when the command began, a container up to the blobs' present ends. With --out,
--checkpoint or --checkpoints, the same command goes on where it ended, however it ended. Nothing is left out, and nothing is
given twice; but what was just being written to standard output when a run was killed comes again. What the hub kept no longer
is told. Of a container, hours are read whole, each until three hours after its end.

Needs whoever is signed in (az login; in Azure, the identity of the machine) to have the role Azure Event Hubs Data Receiver
on the hub, or Storage Blob Data Reader on the container; --checkpoints needs Storage Blob Data Contributor on its own. A
function that reads the same hub keeps its consumer group to itself, so make another:
  az eventhubs eventhub consumer-group create --namespace-name orders --eventhub-name klaxon --name pull -g GROUP

Exit status: 0 done, 2 wrong usage, something that could not be read or was gone, or a run that was stopped before its end.`;

/** `orders/klaxon`, `orders.servicebus.windows.net/klaxon`, or `klaxon` alone where a connection string says the rest. */
const hubName = (text: string): AksFlags['hub'] => {
  const [, namespace, hub] =
    /^(?:([A-Za-z0-9][A-Za-z0-9.-]*)\/)?([A-Za-z0-9][\w.-]{0,255})$/.exec(text) ?? [];
  if (hub === undefined) throw new InvalidArgumentError('Expected NAMESPACE/HUB.');
  const isWhole = namespace === undefined || namespace.includes('.') || namespace === 'localhost';
  return { namespace: isWhole ? namespace : `${namespace}.servicebus.windows.net`, hub };
};

const containerUrl = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && (url.search !== '' || url.password !== ''))
    // What it holds is not repeated, as it is in what commander says of an argument.
    throw new KlaxonError(
      'settings',
      'the URL of a container has a signature or a password in it, which would stay in the history of your shell: leave it out, and sign in with az login',
    );
  const isHttp = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (!url || !isHttp || url.pathname.length < 2 || url.pathname.endsWith('/'))
    throw new InvalidArgumentError('Expected https://ACCOUNT.blob.core.windows.net/CONTAINER.');
  return url;
};

const pullAks = async (flags: AksFlags): Promise<number> => {
  refuseContradictions(flags);
  const { isSilent, status } = flags.hub ? await pullHub(flags, flags.hub) : await pullContainers(flags);
  if (isSilent && !flags.follow && status === 0) tell(nothingCame);
  return status;
};

const nothingCame = `nothing came in this time. What a cluster sends, and where to, is said by
  az monitor diagnostic-settings list --resource CLUSTER-ID
and to turn it on (kube-audit-admin, in the place of kube-audit, leaves out what only reads):
  az monitor diagnostic-settings create --name klaxon --resource CLUSTER-ID --event-hub HUB --event-hub-rule RULE-ID --logs '[{"category":"kube-audit","enabled":true},{"category":"guard","enabled":true}]'`;

const refuseContradictions = (flags: AksFlags): void => {
  const { hub, container = [], from, checkpoint, checkpoints, prefix, follow, until } = flags;
  const refuse = (text: string): never => {
    throw new KlaxonError('settings', text);
  };
  if (!hub === (container.length === 0))
    refuse('name either a hub with --hub NAMESPACE/HUB, or containers with --container URL');
  if (follow && until !== undefined) refuse('--follow has no end: leave --until out');
  if (from === 'latest' && !follow) refuse('--from latest is the end already: add --follow');
  if (!hub && (from ?? checkpoints) !== undefined)
    refuse('--from and --checkpoints are for a hub; a container goes by --since and --checkpoint');
  if (hub && prefix !== undefined) refuse('--prefix is for a container');
  if (checkpoints && checkpoint !== undefined) refuse('--checkpoint or --checkpoints: one place is enough');
};

/** The clients are loaded when they are asked for: other commands need not wait for them. */
const pullHub = async (flags: AksFlags, named: NonNullable<AksFlags['hub']>): Promise<ForwardReport> => {
  const access = await import('../../azure/pull/access.ts');
  const { hubLogs } = await import('../../azure/pull.ts');
  const asker = access.pullAsker(flags.connectionStringFrom ?? [], process.env);
  const namespace = asker.hub === undefined ? named.namespace : access.namespaceIn(asker.hub);
  if (namespace === undefined) throw new KlaxonError('settings', '--hub: expected NAMESPACE/HUB');
  const hub: HubName = { namespace, hub: named.hub, consumerGroup: flags.consumerGroup };
  const client = await access.openHub(hub, asker);
  try {
    const { since, until, follow = false, from = { since }, out } = flags;
    const logs = await hubLogs(
      client,
      hub,
      { from, until, follow },
      { pause, gatherMs: out === undefined ? 0 : filesMs },
    );
    const words = { event: 'message', source: 'partition' };
    if (!flags.checkpoints) return await pullAllForward(logs, words, flags);
    const { blobCheckpoints } = await import('../../azure/pull/blob-checkpoints.ts');
    const container = await access.openContainer(flags.checkpoints, asker);
    return await pullAllForward(logs, words, flags, blobCheckpoints(container, hub, access.askingForPull()));
  } finally {
    await atMost(closingMs, client.close());
  }
};

/** So that files are few: one for all that came meanwhile. */
const filesMs = 2_000;
/** A service that has fallen silent does not confirm the end of a connection. */
const closingMs = 1_000;

const pullContainers = async (flags: AksFlags): Promise<ForwardReport> => {
  const access = await import('../../azure/pull/access.ts');
  const { containerLog } = await import('../../azure/pull/container.ts');
  const asker = access.pullAsker(flags.connectionStringFrom ?? [], process.env);
  const { since, until, follow = false, prefix = '', poll: pollMs } = flags;
  const logs: ForwardLog[] = [];
  for (const url of flags.container ?? []) {
    const client = await access.openContainer(url, asker);
    logs.push(
      containerLog(
        client,
        { since, until, follow, prefix: folderOf(prefix) },
        { now: Date.now, pause, pollMs, ask: access.askingForPull() },
      ),
    );
  }
  return pullAllForward(logs, { event: 'line', source: 'container' }, flags);
};

const folderOf = (prefix: string): string => (prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`);

const tell = (text: string): void => {
  process.stderr.write(`klaxon: ${text}\n`);
};

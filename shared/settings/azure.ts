/** What Azure alone is asked for: which logs AKS sends, how large the hub and the function are, and what they share with others. */
import { type Static, Type } from '@sinclair/typebox';
import { maybe, oneOf } from '../schema/type.ts';
import { closed, listed, named, type WithDefaults } from './form.ts';

export const subscription = named(
  'the id of an Azure subscription',
  '^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$',
);

export const location = named('an Azure location such as westeurope', '^[a-z0-9]+$');

/** As AKS names them: https://learn.microsoft.com/azure/aks/monitor-aks-reference#resource-logs */
export const azureCategories = [
  'kube-audit',
  'kube-audit-admin',
  'guard',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'cluster-autoscaler',
  'cloud-controller-manager',
  'csi-azuredisk-controller',
  'csi-azurefile-controller',
  'csi-snapshot-controller',
] as const;

/** The only way in which AKS sends its logs, so they are asked for where the cluster stands, or for all of them. */
export const categories = listed(
  oneOf(azureCategories, {
    description:
      'A category of logs that AKS sends; kube-audit has everything, kube-audit-admin leaves out get and list',
  }),
  azureCategories.length,
);

/** What holds where `azure` or a key of it is left out. */
export const azureDefaults = {
  categories: ['kube-audit', 'guard'],
  activityLog: 'changes',
  memoryMegabytes: 2048,
  instances: 40,
  partitions: 8,
  throughputUnits: 1,
  mostThroughputUnits: 20,
  hubDays: 7,
  copies: 'zones',
  queries: 'synapse',
} as const;

const resourceOf = (what: string, path: string) =>
  named(
    `the resource id of ${what}`,
    `^/subscriptions/[^/\\s]+/resourceGroups/[^/\\s]+/providers/${path.replaceAll('.', '\\.')}/[^/\\s]+$`,
  );

const count = (description: string, minimum: number, maximum: number, preset: number) =>
  maybe(Type.Integer({ description, minimum, maximum, default: preset }));

const subnet = (what: string) =>
  resourceOf(`the subnet ${what}`, 'Microsoft.Network/virtualNetworks/[^/\\s]+/subnets');

export const AzureSettings = closed({
  subscription: maybe(subscription),
  categories,
  activityLog: maybe(
    oneOf(['none', 'changes'] as const, {
      description: 'changes: what is changed in the subscriptions of the clusters is read as well',
    }),
  ),
  memoryMegabytes: count(
    'Of an instance, which gets its share of CPU by it; raised to the next that Azure has, 512, 2048 or 4096',
    512,
    4096,
    azureDefaults.memoryMegabytes,
  ),
  instances: count(
    'At most so many run at a time, for each kind of trigger',
    40,
    1000,
    azureDefaults.instances,
  ),
  partitions: count(
    'Of the hub: at most so many instances read it at a time. It stays what it was when the hub was made',
    1,
    32,
    azureDefaults.partitions,
  ),
  throughputUnits: count(
    'Of the hub, to begin with: each takes a megabyte a second',
    1,
    40,
    azureDefaults.throughputUnits,
  ),
  mostThroughputUnits: count('To which the hub grows by itself', 1, 40, azureDefaults.mostThroughputUnits),
  hubDays: count('How long the hub holds what is not yet read', 1, 7, azureDefaults.hubDays),
  copies: maybe(
    oneOf(['zones', 'datacentre', 'regions'] as const, {
      description:
        'Where the copies of the archive lie: three zones, one datacentre (for locations without zones), or zones and a second region',
    }),
  ),
  queries: maybe(
    oneOf(['synapse', 'none'] as const, {
      description: 'What the archive is asked with; synapse costs what a query reads, and nothing else',
    }),
  ),
  workspace: maybe(
    resourceOf(
      "a Log Analytics workspace for Klaxon's own logs; without it one is made",
      'Microsoft.OperationalInsights/workspaces',
    ),
  ),
  network: maybe(
    closed(
      {
        functions: subnet('that functions reach out from, delegated to Microsoft.App/environments'),
        endpoints: subnet('that private endpoints are put into'),
        zones: maybe(
          oneOf(['made', 'yours'] as const, {
            description: 'Who makes the private DNS zones and links them to the network; made if absent',
          }),
        ),
      },
      'Where it stands, no store and no hub can be reached from outside this network',
    ),
  ),
  alarms: maybe(
    named(
      "an e-mail address, or the resource id of an action group, that is told of Klaxon's own faults",
      '^(?:/subscriptions/[^/\\s]+/resourceGroups/[^/\\s]+/providers/[Mm]icrosoft\\.[Ii]nsights/actionGroups/[^/\\s]+|[^@/\\s]+@[^@/\\s]+)$',
    ),
  ),
});

export type AzureSettings = WithDefaults<Static<typeof AzureSettings>, typeof azureDefaults>;

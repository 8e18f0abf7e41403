/** What the settings say of Azure alone. */
import { describe, expect, it } from 'vitest';
import { noSettings } from '../../shared/settings/check-settings.ts';
import { faultsOf, read } from './faults.ts';

const messagesOf = (text: string): readonly string[] =>
  faultsOf(text).map((fault) => fault.replace(/^\d+:\d+: /, ''));

const cluster =
  'cloud: azure, name: shop, subscription: 00000000-0000-4000-8000-000000000000, resourceGroup: shop, location: westeurope';

const subnets = '/subscriptions/a/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/hub/subnets';

describe('settings of Azure', () => {
  it('have their defaults, and what the file says in their place', () => {
    expect(noSettings().azure).toEqual({
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
    });
    expect(read('azure: { partitions: 32, activityLog: none }').azure).toMatchObject({
      partitions: 32,
      activityLog: 'none',
      hubDays: 7,
    });
  });

  it('let a cluster choose its logs, among those that AKS has', () => {
    const [found] = read(`clusters: [{ ${cluster}, categories: [kube-audit-admin] }]`).clusters;
    expect(found).toMatchObject({ categories: ['kube-audit-admin'] });
    expect(messagesOf(`clusters: [{ ${cluster}, categories: [kube-audits] }]`)).toEqual([
      expect.stringContaining('did you mean "kube-audit"?'),
    ]);
  });

  it('do not take one cluster for two because it has other logs', () => {
    const twice = `clusters: [{ ${cluster} }, { ${cluster}, categories: [guard] }]`;
    expect(messagesOf(twice)).toEqual(['the cluster "shop" stands twice']);
  });

  it('name a network by its two subnets', () => {
    expect(
      messagesOf(`azure: { network: { functions: ${subnets}/functions, endpoints: ${subnets}/endpoints } }`),
    ).toEqual([]);
    expect(messagesOf(`azure: { network: { functions: hub, endpoints: ${subnets}/endpoints } }`)).toEqual([
      'expected the resource id of the subnet that functions reach out from, delegated to Microsoft.App/environments',
    ]);
  });

  it('tell an address or an action group of alarms, and nothing else', () => {
    const group = '/subscriptions/a/resourceGroups/b/providers/Microsoft.Insights/actionGroups/on-call';
    expect(messagesOf(`azure: { alarms: ${group} }`)).toEqual([]);
    expect(messagesOf('azure: { alarms: on-call@example.com }')).toEqual([]);
    expect(messagesOf('azure: { alarms: on-call }')).toHaveLength(1);
  });

  it('say where in Azure self-managed clusters send to', () => {
    const clusters = 'clusters: [{ cloud: self-managed, name: edge }]';
    const receiver = { cloud: 'azure', location: 'westeurope' };
    expect(read(`receiver: ${JSON.stringify(receiver)}\n${clusters}`).receiver).toEqual(receiver);
    expect(messagesOf(`receiver: { cloud: azure }\n${clusters}`)).toEqual([
      '"location" is missing: an Azure location such as westeurope',
    ]);
  });
});

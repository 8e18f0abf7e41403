/** The package that is deployed: what the host of Azure Functions looks for in it, and what it registers there. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import host from '../../../functions/azure/host.json' with { type: 'json' };
import { functionPackages } from '../../../scripts/function-packages.ts';
import { writeZip } from '../../../scripts/zip.ts';
import type { JsonObject } from '../../../shared/schema/json.ts';
import { openFunctionsHost } from '../../stand-ins/functions-host.ts';
import { madePackage, type Packaged } from './packaged.ts';

const environment: Readonly<Record<string, string>> = {
  ...functionPackages.azure.environment,
  KLAXON_SINKS: JSON.stringify({ topic: functionPackages.azure.place }),
};

let packaged: Packaged;
let registered: readonly JsonObject[];
let output: string;
beforeAll(async () => {
  packaged = await madePackage();
  const opened = await openFunctionsHost({ folder: packaged.folder, environment });
  await opened.close();
  ({ registered } = opened);
  output = opened.output();
});
afterAll(() => packaged?.remove());

describe('the package', () => {
  it('is one zip below five megabytes, with what the host looks for at its top', () => {
    expect(statSync(packaged.zip).size).toBeLessThan(5 * 1024 * 1024);
    expect(readdirSync(packaged.folder).toSorted()).toEqual([
      'handler.mjs',
      'handler.mjs.LEGAL.txt',
      'host.json',
      'pack.json',
      'package.json',
    ]);
    expect(JSON.parse(readFileSync(join(packaged.folder, 'package.json'), 'utf8'))).toMatchObject({
      type: 'module',
      main: 'handler.mjs',
    });
  });

  it('is the same bytes for the same files, whenever it is made', () => {
    const again = `${packaged.zip}.again`;
    writeZip(packaged.folder, again);
    expect(readFileSync(again).equals(readFileSync(packaged.zip))).toBe(true);
  });

  it('registers a function for each trigger, bound by what infrastructure names', () => {
    const bindingOf = (name: string) =>
      Object.values(
        (registered.find((metadata) => metadata['name'] === name)?.['bindings'] ?? {}) as JsonObject,
      )[0];
    expect(registered.map(({ name }) => name)).toEqual([
      'deliveries',
      'receiver',
      'tick',
      'manifest',
      'whole-manifest',
      'sweep',
    ]);
    expect(bindingOf('deliveries')).toMatchObject({
      type: 'eventHubTrigger',
      direction: 'in',
      connection: 'KLAXON_HUB',
      eventHubName: '%KLAXON_HUB_NAME%',
      consumerGroup: '%KLAXON_HUB_CONSUMERS%',
      cardinality: 'many',
      dataType: 'binary',
    });
    expect(bindingOf('receiver')).toMatchObject({
      type: 'httpTrigger',
      authLevel: 'anonymous',
      methods: ['POST'],
      route: 'audit/{cluster}',
    });
    for (const name of ['tick', 'manifest', 'whole-manifest', 'sweep'])
      expect(bindingOf(name)).toMatchObject({
        type: 'timerTrigger',
        schedule: expect.stringMatching(/^0 (\*\/5|\d+) (\*|\d+) \* \* \*$/),
      });
  });

  it('has the host ask again without end, so that it never goes on without what it could not give', () => {
    expect(registered[0]?.['retryOptions']).toMatchObject({
      retryStrategy: 'exponentialBackoff',
      maxRetryCount: -1,
      minimumInterval: { seconds: 5 },
      maximumInterval: { seconds: 300 },
    });
  });

  it('says nothing at its start', () => {
    expect(output).toBe('');
  });

  it('says what is missing before it takes anything', async () => {
    const { KLAXON_STATE, ...rest } = environment;
    expect(KLAXON_STATE).toBeDefined();
    await expect(openFunctionsHost({ folder: packaged.folder, environment: rest })).rejects.toThrow(
      'KLAXON_STATE is not set',
    );
  });

  it('has no receiver where nobody is to send anything', async () => {
    const { KLAXON_RECEIVER, ...rest } = environment;
    expect(KLAXON_RECEIVER).toBeDefined();
    const other = await openFunctionsHost({ folder: packaged.folder, environment: rest });
    await other.close();
    expect(other.registered.map(({ name }) => name)).not.toContain('receiver');
  });
});

/** Facts of https://learn.microsoft.com/azure/azure-functions/functions-host-json and functions-bindings-event-hubs#host-json */
describe('host.json', () => {
  it('is of the version and with the extensions that version 4 of the runtime takes', () => {
    expect(host.version).toBe('2.0');
    expect(host.extensionBundle).toEqual({
      id: 'Microsoft.Azure.Functions.ExtensionBundle',
      version: '[4.0.0, 5.0.0)',
    });
    expect(host.functionTimeout).toMatch(/^\d\d:[0-5]\d:[0-5]\d$/);
  });

  it('leaves the path of the receiver as API servers are told it', () => {
    expect(host.extensions.http.routePrefix).toBe('');
  });

  it('reads a hub from its beginning, in batches that memory holds, with more of them at hand', () => {
    const { maxEventBatchSize, prefetchCount, ...rest } = host.extensions.eventHubs;
    // An event may be 1 MB.
    expect(maxEventBatchSize).toBeLessThanOrEqual(100);
    expect(prefetchCount).toBeGreaterThanOrEqual(2 * maxEventBatchSize);
    expect(rest).toEqual({ batchCheckpointFrequency: 1, initialOffsetOptions: { type: 'fromStart' } });
  });

  it('lets the lines of each function through, all of them, and no others', () => {
    const { logLevel, applicationInsights } = host.logging;
    const levels: Readonly<Record<string, string>> = logLevel;
    expect(levels['default']).toBe('Warning');
    for (const { name } of registered) expect(levels[`Function.${name}.User`]).toBe('Information');
    // What is said before there is any call: the host reads it off the output of the worker.
    expect(levels['Host.Function.Console']).toBe('Information');
    expect(applicationInsights.samplingSettings.excludedTypes.split(';')).toContain('Trace');
  });
});

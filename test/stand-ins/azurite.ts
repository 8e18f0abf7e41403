/** Azure's storage as Azurite plays it, in memory, and the tables, containers and wires of tests. It lets nothing expire either. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { containerAt } from '../../functions/azure/archive.ts';
import { type Asker, askerFrom, emulatorVariable } from '../../functions/azure/client.ts';
import { tableAt } from '../../functions/azure/state.ts';
import { standInsFolder } from './installed.ts';
import { type Answer, openWire, type Wire } from './wire.ts';

const account = 'invented';
const key = Buffer.from('a key that opens nothing').toString('base64');

export interface Azurite {
  /** URLs of the account. */
  readonly blob: string;
  readonly table: string;
  readonly asker: Asker;
  /** For a function that runs in a process of its own. */
  readonly environment: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

/** On ports that the system chooses. */
export const openAzurite = async (): Promise<Azurite> => {
  const main = `${standInsFolder}/node_modules/azurite/dist/src/azurite.js`;
  if (!existsSync(main)) throw new Error('Azurite is not installed: npm run stand-ins');
  const server = spawn(
    process.execPath,
    [
      fileURLToPath(new URL('serve-azurite.ts', import.meta.url)),
      main,
      ...['--inMemoryPersistence', '--disableTelemetry', '--silent'],
      // Clients speak versions of the protocol that are younger than it.
      '--skipApiVersionCheck',
      ...['--blobPort', '0', '--queuePort', '0', '--tablePort', '0'],
    ],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, AZURITE_ACCOUNTS: `${account}:${key}` },
    },
  );
  const tooLate = setTimeout(() => server.kill(), startMs);
  try {
    const addresses = await addressesIn(server.stdout);
    const environment = { [emulatorVariable]: `AccountName=${account};AccountKey=${key}` };
    return {
      blob: `${addresses.get('Blob')}/${account}`,
      table: `${addresses.get('Table')}/${account}`,
      asker: askerFrom(environment),
      environment,
      close: async () => {
        server.kill('SIGKILL');
        if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
      },
    };
  } catch (thrown) {
    server.kill();
    throw thrown;
  } finally {
    clearTimeout(tooLate);
  }
};

const startMs = 45_000;

/** By service: three say where they listen. What they say after that is of no use. */
const addressesIn = async (output: Readable): Promise<ReadonlyMap<string, string>> => {
  const addresses = new Map<string, string>();
  const lines = createInterface({ input: output });
  for await (const line of lines) {
    const [, service, address] = /(\w+) service is successfully listening at (\S+)/.exec(line) ?? [];
    if (service !== undefined && address !== undefined) addresses.set(service, address);
    if (addresses.size === 3) {
      output.resume();
      return addresses;
    }
  }
  throw new Error('Azurite did not start: what it said stands above');
};

let made = 0;

/** A new table; answers its URL. */
export const madeTable = async ({ table, asker }: Azurite): Promise<string> => {
  const url = `${table}/state${made++}`;
  await tableAt(url, asker).createTable();
  return url;
};

/** A new container; answers its URL. */
export const madeContainer = async ({ blob, asker }: Azurite): Promise<string> => {
  const url = `${blob}/evidence-${made++}`;
  await containerAt(url, asker).create();
  return url;
};

/** The same thing, spoken to over a wire. */
export const overWire = (url: string, wire: Wire): string => {
  const { pathname } = new URL(url);
  return `${wire.url}${pathname}`;
};

/** A wire to Table Storage, or to what stands in for it. */
export const wireToTables = (target: string): Promise<Wire> =>
  openWire({
    target,
    operationOf: ({ method, url = '' }) => {
      if (url.includes('$batch')) return 'Transaction';
      if (method === 'GET') return url.includes('(PartitionKey=') ? 'GetEntity' : 'QueryEntities';
      return method === 'DELETE' ? 'DeleteEntity' : 'UpdateEntity';
    },
    throttles: tableFault(503, 'ServerBusy'),
    fails: tableFault(500, 'InternalError'),
  });

/** In the body alone: https://learn.microsoft.com/rest/api/storageservices/table-service-error-codes */
export const tableFault = (status: number, code: string, headers = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json;odata=minimalmetadata', ...headers },
  body: JSON.stringify({ 'odata.error': { code, message: { lang: 'en-US', value: 'no' } } }),
});

/** A wire to Blob Storage, or to what stands in for it. */
export const wireToBlobs = (target: string): Promise<Wire> =>
  openWire({
    target,
    operationOf: ({ method, url = '' }) =>
      url.includes('comp=list') ? 'ListBlobs' : method === 'PUT' ? 'PutBlob' : 'GetBlob',
    throttles: blobFault(503, 'ServerBusy'),
    fails: blobFault(500, 'InternalError'),
  });

/** In a header, and in the body as well: https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes */
export const blobFault = (status: number, code: string): Answer => ({
  status,
  headers: { 'content-type': 'application/xml', 'x-ms-error-code': code },
  body: `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>no</Message></Error>`,
});

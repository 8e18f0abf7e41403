/** A provider that is served, asked as Terraform asks it, and the fixtures that are served. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import type { ProviderSchema } from './provider-schema.ts';
import { providerService, type ServedProvider, servedProvider } from './served-provider.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const kitchen: ProviderSchema = {
  derivedFrom: 'nothing',
  version: '1.0.0',
  provider: { attributes: { street: { type: 'string', from: 'optional' } }, blocks: {} },
  resources: {
    kitchen_kettle: {
      attributes: {
        name: { type: 'string', from: 'required' },
        labels: { type: ['map', 'string'], from: 'optional or computed' },
        id: { type: 'string', from: 'computed' },
      },
      blocks: {
        lid: { attributes: {}, blocks: {}, nesting: 'list', isRequired: true, isOne: true },
      },
    },
  },
  dataSources: { kitchen_tap: { attributes: {}, blocks: {} } },
};

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

const asked = async (provider: ServedProvider, method: string, request: object): Promise<unknown> => {
  const client = new (providerService())(provider.address, grpc.credentials.createInsecure());
  open.push(() => client.close(), provider.close);
  return new Promise((resolve, reject) => {
    const call = client[method] as (request: object, done: grpc.requestCallback<unknown>) => void;
    call.call(client, request, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
};

describe('a served provider', () => {
  it('says its schema in the terms of the protocol', async () => {
    const answer = await asked(await servedProvider(kitchen), 'GetSchema', {});
    expect(answer).toMatchObject({
      provider: { block: { attributes: [{ name: 'street', optional: true, required: false }] } },
      resource_schemas: {
        kitchen_kettle: {
          block: {
            attributes: [
              {
                name: 'name',
                type: Buffer.from('"string"'),
                required: true,
                optional: false,
                computed: false,
              },
              { name: 'labels', type: Buffer.from('["map","string"]'), optional: true, computed: true },
              { name: 'id', required: false, optional: false, computed: true },
            ],
            block_types: [{ type_name: 'lid', nesting: 'LIST' }],
          },
        },
      },
    });
    expect(JSON.stringify(answer)).toContain('kitchen_tap');
  });

  it('gives a configuration back as it was', async () => {
    const config = { msgpack: Buffer.from([0x81, 0xa1, 0x61, 0x01]) };
    expect(await asked(await servedProvider(kitchen), 'PrepareProviderConfig', { config })).toMatchObject({
      prepared_config: config,
    });
  });
});

describe('the fixtures', () => {
  const known = globSync('test/fixtures/terraform/*.json', { cwd: root }).map(
    (path) => JSON.parse(readFileSync(root + path, 'utf8')) as ProviderSchema,
  );
  const knows = (kind: string, type: string): boolean =>
    known.some(({ resources, dataSources }) => type in (kind === 'data' ? dataSources : resources));

  it('have every type that the modules name: node scripts/terraform-schemas.ts', () => {
    const unknown = globSync('infra/**/*.tf', { cwd: root }).flatMap((path) =>
      [...readFileSync(root + path, 'utf8').matchAll(/^(resource|data) "(\w+)"/gm)]
        .filter(([, kind = '', type = '']) => !knows(kind, type))
        .map(([, kind, type]) => `${path}: ${kind} ${type}`),
    );
    expect(unknown).toEqual([]);
  });

  it('say what they were derived from', () => {
    expect(known.length).toBeGreaterThan(0);
    for (const { derivedFrom, version } of known) {
      expect(derivedFrom).toMatch(/^@\w+\/provider-\w+@\d+\.\d+\.\d+$/);
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    }
  });
});

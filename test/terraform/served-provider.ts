/** A provider's schema in; a provider that Terraform can ask, on a port of this machine, out. It knows its schema and does nothing. */
import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { Block, ProviderSchema } from './provider-schema.ts';

export interface ServedProvider {
  /** Host and port. */
  readonly address: string;
  readonly close: () => void;
}

/** The protocol's one service, for who serves it and for who asks. */
export const providerService = (): grpc.ServiceClientConstructor => {
  const path = fileURLToPath(new URL('provider.proto', import.meta.url));
  const loaded = grpc.loadPackageDefinition(loadSync(path, { keepCase: true, enums: String }));
  const { Provider } = loaded['tfplugin5'] as grpc.GrpcObject;
  return Provider as grpc.ServiceClientConstructor;
};

export const servedProvider = async (schema: ProviderSchema): Promise<ServedProvider> => {
  const server = new grpc.Server({ 'grpc.max_send_message_length': -1 });
  const schemas = {
    provider: wireSchema(schema.provider),
    resource_schemas: wireSchemas(schema.resources),
    data_source_schemas: wireSchemas(schema.dataSources),
  };
  server.addService(providerService().service, {
    GetSchema: answering(() => schemas),
    PrepareProviderConfig: answering(({ config }) => ({ prepared_config: config })),
    ValidateResourceTypeConfig: answering(() => ({})),
    ValidateDataSourceConfig: answering(() => ({})),
    Configure: answering(() => ({})),
    Stop: answering(() => ({})),
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { address: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
};

type Message = Readonly<Record<string, unknown>>;

const answering =
  (answer: (request: Message) => Message): grpc.handleUnaryCall<Message, Message> =>
  ({ request }, done) =>
    done(null, answer(request));

const wireSchemas = (blocks: Readonly<Record<string, Block>>): Message =>
  Object.fromEntries(Object.entries(blocks).map(([type, block]) => [type, wireSchema(block)]));

const wireSchema = (block: Block): Message => ({ version: 0, block: wireBlock(block) });

const wireBlock = ({ attributes, blocks }: Block): Message => ({
  attributes: Object.entries(attributes).map(([name, { type, from }]) => ({
    name,
    type: Buffer.from(JSON.stringify(type)),
    required: from === 'required',
    optional: from.startsWith('optional'),
    computed: from.endsWith('computed'),
  })),
  block_types: Object.entries(blocks).map(([name, block]) => ({
    type_name: name,
    block: wireBlock(block),
    nesting: block.nesting.toUpperCase(),
    min_items: block.isRequired ? 1 : 0,
    max_items: block.isOne ? 1 : 0,
  })),
});

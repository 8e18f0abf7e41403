/** EKS, CloudWatch Logs and the address that CloudFormation waits at, on loopback, as far as turning logs on needs them. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ControlPlane {
  readonly url: string;
  /** The logs that are on, by cluster. */
  readonly on: Map<string, readonly string[]>;
  readonly logGroups: Set<string>;
  /** What each update asked for. */
  readonly updates: unknown[];
  /** What CloudFormation was told. */
  readonly answers: Record<string, unknown>[];
  /** So many updates are refused because the cluster is being changed. */
  busy: number;
  /** So many answers of CloudFormation are faults. */
  deaf: number;
  readonly close: () => Promise<void>;
}

type Reply = readonly [status: number, body: object, errorType?: string];

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
};

export const controlPlane = async (): Promise<ControlPlane> => {
  const on = new Map<string, readonly string[]>();
  const logGroups = new Set<string>();
  const updates: unknown[] = [];
  const answers: Record<string, unknown>[] = [];

  const describe = (name: string): Reply => {
    const types = on.get(name);
    if (!types) return [404, { message: `No cluster found for name: ${name}.` }, 'ResourceNotFoundException'];
    const all = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'];
    const clusterLogging = [
      { types, enabled: true },
      { types: all.filter((type) => !types.includes(type)), enabled: false },
    ].filter((setup) => setup.types.length > 0);
    return [200, { cluster: { name, logging: { clusterLogging } } }];
  };

  const update = (name: string, body: string): Reply => {
    if (state.busy > 0) {
      state.busy--;
      return [409, { message: 'Cluster currently has update in progress' }, 'ResourceInUseException'];
    }
    const asked = JSON.parse(body);
    updates.push(asked);
    // As strict as EKS could be: what is not named is off.
    on.set(name, asked.logging.clusterLogging[0].types);
    return [200, { update: { id: 'example', status: 'InProgress', type: 'LoggingUpdate' } }];
  };

  const createLogGroup = (body: string): Reply => {
    const { logGroupName } = JSON.parse(body);
    if (logGroups.has(logGroupName))
      return [400, { message: 'The specified log group already exists' }, 'ResourceAlreadyExistsException'];
    logGroups.add(logGroupName);
    return [200, {}];
  };

  const told = (body: string): Reply => {
    if (state.deaf > 0) {
      state.deaf--;
      return [503, {}];
    }
    answers.push(JSON.parse(body));
    return [200, {}];
  };

  const replyTo = (request: IncomingMessage, body: string): Reply => {
    const path = request.url ?? '';
    const name = /^\/clusters\/([^/]+)/.exec(path)?.[1] ?? '';
    if (path.startsWith('/cloudformation')) return told(body);
    if (request.headers['x-amz-target'] === 'Logs_20140328.CreateLogGroup') return createLogGroup(body);
    if (path.endsWith('/update-config')) return update(name, body);
    return describe(name);
  };

  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    bodyOf(request).then((body) => {
      const [status, reply, errorType] = replyTo(request, body);
      response.writeHead(status, {
        'content-type': 'application/json',
        ...(errorType && { 'x-amzn-errortype': errorType }),
      });
      response.end(JSON.stringify(errorType ? { __type: errorType, ...reply } : reply));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const state: ControlPlane = {
    url: `http://127.0.0.1:${port}`,
    on,
    logGroups,
    updates,
    answers,
    busy: 0,
    deaf: 0,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return state;
};

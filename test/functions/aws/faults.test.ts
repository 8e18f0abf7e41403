/** Every fault at every request: each line is archived once, and each alert given or kept at least once, with one id. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Fault } from '../../stand-ins/wire.ts';
import {
  type Breaking,
  openWires,
  type Run,
  runWith,
  type Service,
  services,
  type Wires,
} from './fault-runs.ts';
import { openWorld, type World } from './world.ts';

let world: World;
let wires: Wires;
let calm: Run;
let calmRefused: Run;
beforeAll(async () => {
  world = await openWorld();
  wires = await openWires(world);
  calm = await runWith(world, wires);
  calmRefused = await runWith(world, wires, { service: 'SQS', faultOf: () => undefined, isRefused: true });
});
afterAll(async () => {
  await Promise.all(services.map((service) => wires[service].close()));
  await world.close();
});

const conflictOf: Readonly<Partial<Record<Service, Readonly<Record<string, Answer>>>>> = {
  S3: { PutObject: { status: 409, body: '<Error><Code>ConditionalRequestConflict</Code></Error>' } },
  DynamoDB: {
    PutItem: {
      status: 400,
      body: '{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"no"}',
    },
  },
};

type At = (service: Service, operation: string) => Fault | Answer | undefined;

/** In words, what breaks and how: at each place of each service, where it can. */
const kinds: readonly (readonly [string, At, Pick<Breaking, 'isDeath'>?])[] = [
  ['it is throttled', () => 'throttles'],
  ['the service fails (5xx)', () => 'fails'],
  ['the connection breaks before the request arrives', () => 'closes'],
  ['the answer is lost', () => 'loses'],
  ['no answer comes', () => 'hangs'],
  ['another writer came between', (service, operation) => conflictOf[service]?.[operation]],
  ['the process dies before it', () => 'closes', { isDeath: true }],
  ['the process dies after it', () => 'loses', { isDeath: true }],
];

const distinct = (texts: readonly string[]): readonly string[] => [...new Set(texts)].toSorted();

interface Row {
  readonly places: number;
  readonly again: number;
  readonly twice: number;
}

/** Breaks once at each request that the calm run makes of the service, and looks what is there in the end. */
const broken = async (
  service: Service,
  at: At,
  more: Pick<Breaking, 'isDeath' | 'isRefused'> = {},
): Promise<Row> => {
  const reference = more.isRefused ? calmRefused : calm;
  let [places, again, twice] = [0, 0, 0];
  for (const [place, operation] of reference.asked[service].entries()) {
    const fault = at(service, operation);
    if (fault === undefined) continue;
    const faultOf = (here: number) => (here === place ? fault : undefined);
    const run = await runWith(world, wires, { service, faultOf, ...more });
    const where = `${operation}, request ${place} of ${service}`;
    expect(run.lines, where).toEqual(reference.lines);
    expect(distinct(run.alerts), where).toEqual(distinct(reference.alerts));
    places++;
    if (run.brought > reference.brought) again++;
    if (run.alerts.length > reference.alerts.length) twice++;
  }
  return { places, again, twice };
};

const table: string[] = [];
const note = (what: string, service: Service, { places, again, twice }: Row): void => {
  if (places > 0)
    table.push(`| ${what} | ${service} | ${places} | ${places} | ${places} | ${again} | ${twice} |`);
};

describe('a function', () => {
  it('has something to lose: lines, alerts, and many requests between them', () => {
    expect(calm.lines).toHaveLength(5);
    expect(calm.alerts.map((alert) => alert.split(' ')[0]).toSorted()).toEqual(['many', 'read']);
    expect(calm.brought).toBe(2);
    expect(calm.asked.S3.length).toBeGreaterThan(3);
    expect(calm.asked.DynamoDB.length).toBeGreaterThan(10);
    expect(calm.asked.SNS).toHaveLength(2);
    expect(distinct(calmRefused.alerts)).toEqual(distinct(calm.alerts));
    expect(calmRefused.asked.SQS).toHaveLength(2);
  });

  for (const [what, at, more] of kinds) {
    it(`loses nothing and archives nothing twice where ${what}, at whichever request`, async () => {
      for (const service of ['S3', 'DynamoDB', 'SNS'] as const)
        note(what, service, await broken(service, at, more));
      note(what, 'SQS', await broken('SQS', at, { ...more, isRefused: true }));
    });
  }

  it('changes nothing when all is delivered again, whole', async () => {
    const run = await runWith(world, wires, { service: 'S3', faultOf: () => undefined });
    expect(run.lines).toEqual(calm.lines);
    expect(run.alerts.toSorted()).toEqual(calm.alerts.toSorted());
  });

  it('is described by docs/reliability.md as it is', () => {
    const page = readFileSync(
      fileURLToPath(new URL('../../../docs/reliability.md', import.meta.url)),
      'utf8',
    );
    const [, shown] = /<!-- faults -->\n([\s\S]*?)<!-- \/faults -->/.exec(page) ?? [];
    const head =
      '| what happens | at | requests | every line once | every alert | brought again | an alert given twice |\n|---|---|---|---|---|---|---|\n';
    expect(`\n${head}${table.join('\n')}\n\n`, 'the table as it was measured').toBe(shown);
  });
});

/** A function from delivery to alert: in order, once, whatever fails and wherever the process dies. */
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type Ports, startPipeline } from '../functions/start.ts';
import type { DeadAlert } from '../shared/alert/sink.ts';
import { memoryArchive } from '../shared/archive/memory-archive.ts';
import { KlaxonError } from '../shared/errors.ts';
import type { ArchiveStore, StateStore } from '../shared/ports.ts';
import { memoryState } from '../shared/state/memory-state.ts';
import { loadedSet } from './detect/sigma/loading.ts';
import { secretRead as read, rulesText, start } from './functions/story.ts';

const { rules } = loadedSet(rulesText);

const deliveries = [[read(0, 'a'), 'no record'], [read(1, 'b'), read(2, 'c')], [read(3, 'd')]];

/** Everything outside the process. It outlives every death. */
const world = () => {
  const given: string[] = [];
  const dead: DeadAlert[] = [];
  const archive = memoryArchive();
  let time = start;
  const ports: Ports = {
    state: memoryState(() => start),
    archive,
    sinks: [
      {
        name: 'chat',
        send: async (alerts) => {
          given.push(...alerts.map(({ id, rule }) => `${rule.id} ${id}`));
          return [];
        },
      },
    ],
    deadLetter: {
      put: async (letters) => {
        dead.push(...letters);
      },
    },
    now: () => time,
    pause: async (milliseconds) => {
      time += milliseconds;
    },
    random: () => 0.5,
  };
  return { given, dead, archive, ports };
};

const options = { rules, routes: [{ sinks: ['chat', 'elsewhere'] }], archiveForm: 'audit' } as const;

const linesIn = async (archive: ArchiveStore): Promise<readonly string[]> => {
  const lines: string[] = [];
  for await (const { name } of archive.list('')) {
    if (name.startsWith('manifests/')) continue;
    const bytes = await archive.get(name);
    lines.push(
      ...gunzipSync(bytes ?? new Uint8Array())
        .toString('utf8')
        .trimEnd()
        .split('\n'),
    );
  }
  return lines.toSorted();
};

const distinct = (values: readonly string[]): readonly string[] => [...new Set(values)].toSorted();

describe('a function', () => {
  it('archives every record, gives every alert once, and accounts for both', async () => {
    const { ports, given, archive, dead } = world();
    const pipeline = startPipeline(options, ports);
    const [first, second, third] = [
      await pipeline.process(deliveries[0]),
      await pipeline.process(deliveries[1]),
      await pipeline.process(deliveries[2]),
    ];
    expect(first).toMatchObject({ account: { records: 2, events: 1, rejected: 1 }, archived: 2, alerts: 1 });
    expect(second).toMatchObject({ account: { records: 2, events: 2, rejected: 0 }, alerts: 2 });
    expect(second.sinks).toEqual([{ sink: 'chat', known: 1, delivered: 1, dead: 0 }]);
    expect(third.sinks).toEqual([{ sink: 'chat', known: 2, delivered: 0, dead: 0 }]);
    expect(given.map((line) => line.split(' ')[0])).toEqual(['read', 'many']);
    expect(await linesIn(archive)).toHaveLength(5);
    expect(dead).toEqual([]);
  });

  it('changes nothing when a delivery comes again', async () => {
    const { ports, given, archive } = world();
    for (const delivery of [...deliveries, ...deliveries, ...deliveries.toReversed()])
      await startPipeline(options, ports).process(delivery);
    expect(given).toHaveLength(2);
    expect(await linesIn(archive)).toHaveLength(5);
  });

  it('takes several deliveries at a time', async () => {
    const { ports, given, archive } = world();
    const pipeline = startPipeline(options, ports);
    await Promise.all(deliveries.map((delivery) => pipeline.process(delivery)));
    for (const delivery of deliveries) await pipeline.process(delivery);
    expect(distinct(given)).toHaveLength(2);
    expect(await linesIn(archive)).toHaveLength(5);
  });

  it('gives no alert before its evidence is kept', async () => {
    const { ports, given } = world();
    const full = {
      ...ports.archive,
      put: () => Promise.reject(new KlaxonError('archive', 'full', { retryable: true })),
    };
    await expect(startPipeline(options, { ...ports, archive: full }).process(deliveries[1])).rejects.toThrow(
      'full',
    );
    expect(given).toEqual([]);
  });

  it('chains what it archived', async () => {
    const { ports } = world();
    const pipeline = startPipeline(options, ports);
    await pipeline.process(deliveries[0]);
    expect(await pipeline.writeManifest()).toEqual({ manifests: 1, objects: 2 });
    expect(await pipeline.writeManifest()).toEqual({ manifests: 0, objects: 0 });
  });
});

/** Every call to the outside is a step; the process dies just before or just after the n-th, and does nothing until it is revived. */
const mortal = (
  ports: Ports,
  diesAt: number,
  after: boolean,
): { readonly ports: Ports; readonly steps: () => number; readonly revive: () => void } => {
  let steps = 0;
  let isDead = false;
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    if (isDead) throw new Error('dead');
    isDead = steps++ === diesAt;
    if (isDead && !after) throw new Error('died');
    const result = await work();
    if (isDead) throw new Error('died');
    return result;
  };
  const revive = (): void => {
    isDead = false;
  };
  const state: StateStore = {
    add: (entries) => step(() => ports.state.add(entries)),
    update: (key, change, ttlSeconds) => step(() => ports.state.update(key, change, ttlSeconds)),
  };
  const archive: ArchiveStore = {
    ...ports.archive,
    put: (object) => step(() => ports.archive.put(object)),
    get: (name) => step(() => ports.archive.get(name)),
  };
  const sinks = ports.sinks.map(({ name, send }) => ({
    name,
    send: (alerts: Parameters<typeof send>[0], deadline: number) => step(() => send(alerts, deadline)),
  }));
  return { ports: { ...ports, state, archive, sinks }, steps: () => steps, revive };
};

describe('a function that dies between any two steps', () => {
  it('archives every line once and gives every alert, with one id, when its delivery comes again', async () => {
    const calm = world();
    const counted = mortal(calm.ports, -1, false);
    for (const delivery of deliveries) await startPipeline(options, counted.ports).process(delivery);
    expect(counted.steps()).toBeGreaterThan(15);

    for (let step = 0; step < counted.steps(); step++) {
      for (const after of [false, true]) {
        const { ports, given, dead, archive } = world();
        const process = mortal(ports, step, after);
        for (const delivery of deliveries) {
          const attempt = () => startPipeline(options, process.ports).process(delivery);
          await attempt().catch(() => {
            process.revive();
            return attempt();
          });
        }
        const where = `died ${after ? 'after' : 'before'} step ${step}`;
        const reached = [...given, ...dead.map(({ alert }) => `${alert.rule.id} ${alert.id}`)];
        expect(distinct(reached), where).toEqual(distinct(calm.given));
        expect(await linesIn(archive), where).toEqual(await linesIn(calm.archive));
      }
    }
  });
});

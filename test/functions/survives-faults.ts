/** Every fault at every request: each line is archived once, and each alert given or kept at least once, with one id. On any cloud. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Fault } from '../stand-ins/wire.ts';
import { type Breaking, type Run, runWith, type Stage } from './fault-runs.ts';

export interface FaultSuite<S extends string> {
  /** As docs/reliability.md marks its table. */
  readonly cloud: string;
  readonly open: () => Promise<Stage<S>>;
  /** The order of the table; the last is where dead letters go, and is asked only where the sink refuses. */
  readonly services: readonly S[];
  /** How a service says that another writer came between. */
  readonly conflictOf: Readonly<Partial<Record<S, Readonly<Record<string, Answer>>>>>;
  /** How many requests there are at least to each service, while nothing breaks. */
  readonly leastAsked: Readonly<Partial<Record<S, number>>>;
}

type At<S> = (service: S, operation: string) => Fault | Answer | undefined;
type More = { readonly isDeath?: boolean; readonly isRefused?: boolean };

interface Row {
  readonly places: number;
  readonly again: number;
  readonly twice: number;
}

const distinct = (texts: readonly string[]): readonly string[] => [...new Set(texts)].toSorted();

const head =
  '| what happens | at | requests | every line once | every alert | brought again | an alert given twice |\n|---|---|---|---|---|---|---|\n';

export const survivesEveryFault = <S extends string>(suite: FaultSuite<S>): void => {
  const { cloud, services, conflictOf } = suite;
  let stage: Stage<S>;
  let calm: Run<S>;
  let calmRefused: Run<S>;
  beforeAll(async () => {
    stage = await suite.open();
    calm = await runWith(stage);
    const nothing = { service: services[0] as S, faultOf: () => undefined };
    calmRefused = await runWith(stage, { ...nothing, isRefused: true });
  });
  afterAll(() => stage?.close());

  /** In words, what breaks and how: at each place of each service, where it can. */
  const kinds: readonly (readonly [string, At<S>, More?])[] = [
    ['it is throttled', () => 'throttles'],
    ['the service fails (5xx)', () => 'fails'],
    ['the connection breaks before the request arrives', () => 'closes'],
    ['the answer is lost', () => 'loses'],
    ['no answer comes', () => 'hangs'],
    ['another writer came between', (service, operation) => conflictOf[service]?.[operation]],
    ['the process dies before it', () => 'closes', { isDeath: true }],
    ['the process dies after it', () => 'loses', { isDeath: true }],
  ];

  /** Breaks once at each request that the calm run makes of the service, and looks what is there in the end. */
  const broken = async (service: S, at: At<S>, more: More = {}): Promise<Row> => {
    const reference = more.isRefused ? calmRefused : calm;
    let [places, again, twice] = [0, 0, 0];
    for (const [place, operation] of reference.asked[service].entries()) {
      const fault = at(service, operation);
      if (fault === undefined) continue;
      const breaking: Breaking<S> = {
        service,
        faultOf: (here) => (here === place ? fault : undefined),
        ...more,
      };
      const run = await runWith(stage, breaking);
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
  const note = (what: string, service: S, { places, again, twice }: Row): void => {
    if (places > 0)
      table.push(`| ${what} | ${service} | ${places} | ${places} | ${places} | ${again} | ${twice} |`);
  };

  describe('a function', () => {
    it('has something to lose: lines, alerts, and many requests between them', () => {
      expect(calm.lines).toHaveLength(5);
      expect(calm.alerts.map((alert) => alert.split(' ')[0]).toSorted()).toEqual(['many', 'read']);
      expect(calm.brought).toBe(stage.deliveries);
      expect(distinct(calmRefused.alerts)).toEqual(distinct(calm.alerts));
      for (const [at, service] of services.entries()) {
        const { asked } = at === services.length - 1 ? calmRefused : calm;
        expect(asked[service].length, service).toBeGreaterThanOrEqual(suite.leastAsked[service] ?? 2);
      }
    });

    for (const [what, at, more] of kinds) {
      it(`loses nothing and archives nothing twice where ${what}, at whichever request`, async () => {
        for (const [place, service] of services.entries()) {
          const isRefused = place === services.length - 1;
          note(what, service, await broken(service, at, { ...more, isRefused }));
        }
      });
    }

    it('changes nothing when all is delivered again, whole', async () => {
      const run = await runWith(stage);
      expect(run.lines).toEqual(calm.lines);
      expect(run.alerts.toSorted()).toEqual(calm.alerts.toSorted());
    });

    it('is described by docs/reliability.md as it is', () => {
      const page = readFileSync(fileURLToPath(new URL('../../docs/reliability.md', import.meta.url)), 'utf8');
      const [, shown] = new RegExp(`<!-- faults ${cloud} -->\n([\\s\\S]*?)<!-- /faults -->`).exec(page) ?? [];
      expect(`\n${head}${table.join('\n')}\n\n`, 'the table as it was measured').toBe(shown);
    });
  });
};

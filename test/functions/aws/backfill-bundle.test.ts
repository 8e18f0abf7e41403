/** A backfill by the bundle that is deployed, under Lambda's own protocol. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Lambda, openLambda } from '../../stand-ins/lambda.ts';
import { archivedIn } from '../archived.ts';
import { secretRead, start } from '../story.ts';
import { type PackedFunction, packedFunction } from './packed-function.ts';
import { archiveBucket, openWorld, publishedIn, type World } from './world.ts';

let packed: PackedFunction;
let world: World;
let lambda: Lambda;
beforeAll(async () => {
  packed = await packedFunction();
  world = await openWorld();
  lambda = await openLambda({ bundle: packed.bundlePath, environment: world.environment });
});
afterAll(async () => {
  await lambda.close();
  await world.close();
  packed.remove();
});

const lines = Array.from({ length: 12 }, (_, at) => ({
  id: String(at).padStart(56, '0'),
  stream: 'kube-apiserver-audit-0123456789abcdef0123456789abcdef',
  time: start + at * 60_000,
  message: JSON.stringify(secretRead(at, `past-${at % 3}`)),
}));
const asked = { klaxon: 'backfill', cluster: 'prod', since: '2026-01-02', until: '2026-01-02T03:10Z' };
const settled = '2026-01-02T03:10:00.000Z';

it('is archived, alerted and accounted for, and nothing is fetched again when it is asked for again', async () => {
  const name = '/aws/eks/prod/cluster';
  world.logs.groups.push({ name, account: '111122223333', region: 'eu-west-1', lines });
  const first = await lambda.invoke(asked, 300_000);
  expect(first).toMatchObject({ answer: { isDone: true, settled, lines: 10 } });
  expect(await lambda.lineOf(first)).toMatchObject({
    source: 'backfill',
    received: 10,
    events: 10,
    rejected: 0,
  });
  const archived = archivedIn(world.s3, archiveBucket).map((line) => JSON.parse(line).origin);
  expect(archived).toHaveLength(10);
  expect(archived[0]).toMatchObject({ account: '111122223333', region: 'eu-west-1', cluster: 'prod' });
  const alerts = publishedIn(world.sns).map(({ rule, cluster }) => `${rule.id} ${cluster}`);
  expect(new Set(alerts)).toEqual(new Set(['read prod', 'many prod']));

  const objects = [...world.s3.objects.keys()];
  const again = await openLambda({ bundle: packed.bundlePath, environment: world.environment });
  const second = await again.invoke(asked, 300_000);
  await again.close();
  expect(second).toMatchObject({ answer: { isDone: true, settled, lines: 0 } });
  expect([...world.s3.objects.keys()]).toEqual(objects);
});

it('that cannot be is answered with the reason', async () => {
  const { error } = await lambda.invoke({ ...asked, cluster: 'produ' }, 300_000);
  expect(error?.errorMessage).toContain('did you mean "prod"?');
});

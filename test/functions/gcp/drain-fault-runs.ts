/** The same function where it pulls: whatever may break between it, its stores and the subscription. */
import { drainLimits } from '../../../functions/gcp/deliveries.ts';
import { subscriptionOf } from '../../../functions/gcp/subscription.ts';
import type { Clock } from '../../../shared/ports.ts';
import { askerOf } from '../../stand-ins/google.ts';
import { openPubsub, wireToPubsub } from '../../stand-ins/pubsub.ts';
import { functionMs, type Stage, silenceMs } from '../fault-runs.ts';
import { functionOn, groups, openGround, services as pushed } from './fault-runs.ts';
import { taskOf } from './requests.ts';

export const services = [...pushed.slice(0, -1), 'the subscription', 'dead letters'] as const;
type Service = (typeof services)[number];

/** A run begins nothing in its last twenty seconds, so it has more time than others, of a clock that goes faster. */
const runMs = 20_000 + functionMs;
const start = Date.now();
const now: Clock = () => start + 6 * (Date.now() - start);

export const openStage = async (): Promise<Stage<Service>> => {
  const queue = await openPubsub();
  const wire = await wireToPubsub(queue.url);
  const ground = await openGround((surroundings) => async (delivery, before) => {
    if (before === 0) queue.put(groups[delivery] ?? []);
    const subscription = subscriptionOf({
      subscription: queue.subscription,
      ask: askerOf({ silenceMs }),
      origin: wire.url,
    });
    const deal = functionOn(surroundings, {
      pulls: { subscription, limits: { ...drainLimits, mostLooks: 2 } },
      now,
    });
    const { path, headers } = taskOf('drain');
    const request = { method: 'POST', path, headers, body: Buffer.of() };
    await deal(request, now() + runMs).catch(() => undefined);
    queue.lapse();
    return queue.left().length === 0;
  });
  return {
    ...ground,
    wires: { ...ground.wires, 'the subscription': wire },
    close: async () => {
      await ground.close();
      await wire.close();
      await queue.close();
    },
  };
};

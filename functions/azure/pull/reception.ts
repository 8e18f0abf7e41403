/** A partition of an event hub and a position in it, in; the events from there on, at the pace of who reads them, out. */
import { EventEmitter, once } from 'node:events';
import type { EventHubConsumerClient, EventPosition, ReceivedEventData } from '@azure/event-hubs';
import type { Pause } from '../../../shared/ports.ts';
import { atMost } from '../../pause.ts';

export interface ReceptionOptions {
  /** How many events are asked for ahead of who reads them. */
  readonly ahead: number;
  /** What is held of those that have come, by the length of their bodies, before no more are taken. */
  readonly maxBytes: number;
  /** After so long without an event an empty batch says so. */
  readonly silenceMs: number;
  /** How long more events are waited for once one has come, so that batches are fewer and larger. */
  readonly gatherMs: number;
  readonly pause: Pause;
  readonly signal: AbortSignal;
}

/**
 * All that has come since the batch before, or nothing. Ends where the client would have to hold more than it should:
 * begin again after the last event. Throws what the client reports, and an AbortError once the signal aborts.
 */
export async function* received(
  client: EventHubConsumerClient,
  partitionId: string,
  startPosition: EventPosition,
  options: ReceptionOptions,
): AsyncGenerator<readonly ReceivedEventData[]> {
  const { ahead, maxBytes, silenceMs, gatherMs, pause, signal } = options;
  const inbox = new Inbox(ahead, maxBytes, () => void subscription.close());
  const subscription = client.subscribe(partitionId, inbox, {
    startPosition,
    // As many as are asked for ahead, so that a full batch says that no more is outstanding.
    maxBatchSize: ahead,
    prefetchCount: ahead,
    maxWaitTimeInSeconds: silenceMs / 1000,
    skipParsingBodyAsJson: true,
  });
  try {
    for (;;) {
      await inbox.filled(signal);
      if (gatherMs > 0 && inbox.isGathering) await pause(gatherMs, AbortSignal.any([inbox.full, signal]));
      const events = inbox.taken();
      if (events) yield events;
      else if (inbox.fault !== undefined) throw inbox.fault;
      else if (inbox.isOverdrawn) return;
    }
  } finally {
    inbox.close();
    await atMost(closingMs, subscription.close());
  }
}

/** Of a connection that was cut, or a service that has fallen silent, nobody confirms that a link is closed. */
const closingMs = 1_000;

/**
 * Between the client, which hands events over, and who reads them.
 *
 * Each time it asks for a batch the client grants the service another `ahead` events, and forgets what it granted before:
 * https://github.com/Azure/azure-sdk-for-js/issues/39452. After a quiet night a burst would fill the memory. So what may
 * have been granted is counted here, and where it is much while there is no room, the subscription is given up.
 */
class Inbox {
  fault: unknown;
  isOverdrawn = false;
  readonly #ahead: number;
  readonly #maxBytes: number;
  readonly #giveUp: () => void;
  readonly #bell = new EventEmitter();
  #full = new AbortController();
  #events: ReceivedEventData[] = [];
  #bytes = 0;
  #isSilent = false;
  #isClosed = false;
  #granted = 0;

  constructor(ahead: number, maxBytes: number, giveUp: () => void) {
    this.#ahead = ahead;
    this.#maxBytes = maxBytes;
    this.#giveUp = giveUp;
  }

  /** As the client calls it: no more is handed over until this resolves. */
  readonly processEvents = async (events: readonly ReceivedEventData[]): Promise<void> => {
    this.#granted += this.#ahead - events.length;
    this.#events.push(...events);
    for (const { body } of events) this.#bytes += lengthOf(body);
    this.#isSilent ||= events.length === 0;
    if (this.#bytes >= this.#maxBytes) {
      this.#full.abort();
      if (!this.isOverdrawn && this.#granted > overdraft * this.#ahead) {
        this.isOverdrawn = true;
        this.#giveUp();
      }
    }
    this.#bell.emit('filled');
    while ((this.#bytes >= this.#maxBytes || this.isOverdrawn) && !this.#isClosed)
      await once(this.#bell, 'room');
  };

  readonly processError = async (thrown: unknown): Promise<void> => {
    this.fault ??= thrown;
    this.#full.abort();
    this.#bell.emit('filled');
  };

  /** Aborts once there is no room, or nothing more will come. */
  get full(): AbortSignal {
    return this.#full.signal;
  }

  get isGathering(): boolean {
    return this.#events.length > 0;
  }

  async filled(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const isFilled =
      this.#events.length > 0 || this.#isSilent || this.fault !== undefined || this.isOverdrawn;
    if (!isFilled) await once(this.#bell, 'filled', { signal });
  }

  /** Undefined where there is nothing to tell. */
  taken(): readonly ReceivedEventData[] | undefined {
    if (this.#events.length === 0 && !this.#isSilent) return undefined;
    const events = this.#events;
    this.#events = [];
    this.#bytes = 0;
    this.#isSilent = false;
    if (!this.isOverdrawn && this.fault === undefined) this.#full = new AbortController();
    this.#bell.emit('room');
    return events;
  }

  close(): void {
    this.#isClosed = true;
    this.#bell.emit('room');
  }
}

/** How many times `ahead` may have been granted. */
const overdraft = 4;

const lengthOf = (body: unknown): number =>
  body instanceof Uint8Array || typeof body === 'string' ? body.length : 1024;

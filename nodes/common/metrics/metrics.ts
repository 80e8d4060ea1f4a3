import { tracingChannel } from 'node:diagnostics_channel';
import type { OutboxState, ReceiverState, Traced } from '../../../src/client';
import { type Clock, systemClock } from '../../../src/system/clock';
import { toNodeFailure } from '../failure';
import { BoundedLabel, Counter } from './counter';
import { expose, type Family, type Sample } from './exposition';

/** What is read when somebody asks. */
export interface WatchedReceiver {
  /** The ID of its sync-service node. */
  service: string;
  objectType: string;
  state(): ReceiverState;
}

interface Watched extends WatchedReceiver {
  /** When it began to be watched, in ms since 1970. */
  since: number;
}

/** The metrics of this Node-RED: what its nodes, and whoever uses the library in it, have done since it started. */
export class Metrics {
  readonly #received = new Counter('edge_sync_objects_received_total', 'Versions that came to the flows.');
  readonly #handedOut = new Counter(
    'edge_sync_objects_handed_out_total',
    'Messages with a version of an object, those that came again included.',
  );
  readonly #acknowledged = new Counter('edge_sync_objects_acknowledged_total', 'How acknowledgements ended.');
  readonly #givenUp = new Counter(
    'edge_sync_objects_given_up_total',
    'Versions that were handed out too often.',
  );
  readonly #published = new Counter(
    'edge_sync_objects_published_total',
    'Objects, or their data, that were sent.',
  );
  readonly #bytes = new Counter(
    'edge_sync_transfer_bytes_total',
    'Bytes of data, failed transfers included.',
  );
  readonly #failures = {
    poll: new Counter('edge_sync_poll_failures_total', 'Polls that failed, by the code of the error.'),
    publish: new Counter('edge_sync_publish_failures_total', 'Objects that could not be sent, by code.'),
    fetch: new Counter('edge_sync_fetch_failures_total', 'Data that could not be fetched, by code.'),
    acknowledge: new Counter('edge_sync_ack_failures_total', 'Acknowledgements that failed, by code.'),
  };
  readonly #type = new BoundedLabel();
  readonly #receivers = new Set<Watched>();
  readonly #outboxes = new Map<string, () => OutboxState | undefined>();
  #listens = false;
  /** Receivers of one type share a poll, and so its error. */
  readonly #counted = new WeakSet<object>();

  constructor(private readonly clock: Clock = systemClock) {}

  /** Counts from now on what the library tells, in this process. */
  listen(): void {
    if (this.#listens) return;
    this.#listens = true;
    for (const name of ['publish', 'fetch', 'acknowledge'] as const) {
      const nothing = (): void => undefined;
      tracingChannel<Traced, Traced>(`edge-sync:${name}`).subscribe({
        start: nothing,
        end: nothing,
        asyncStart: nothing,
        asyncEnd: (context) => this.#end(name, context),
        error: nothing,
      });
    }
  }

  handedOut(objectType: string, redelivered: boolean): void {
    const labels = { type: this.#type.of(objectType) };
    this.#handedOut.add(labels);
    if (!redelivered) this.#received.add(labels);
  }

  givenUp(objectType: string): void {
    this.#givenUp.add({ type: this.#type.of(objectType) });
  }

  pollFailed(error: { code: string }): void {
    if (this.#counted.has(error)) return;
    this.#counted.add(error);
    this.#failures.poll.add({ code: error.code });
  }

  /** @returns what ends the watch. */
  watchReceiver(receiver: WatchedReceiver): () => void {
    const watched = { ...receiver, since: this.clock.now() };
    this.#receivers.add(watched);
    return () => this.#receivers.delete(watched);
  }

  /** @param state undefined while the outbox is not open. @returns what ends the watch. */
  watchOutbox(service: string, state: () => OutboxState | undefined): () => void {
    this.#outboxes.set(service, state);
    return () => {
      if (this.#outboxes.get(service) === state) this.#outboxes.delete(service);
    };
  }

  get text(): string {
    const counters = [
      this.#received,
      this.#handedOut,
      this.#acknowledged,
      this.#givenUp,
      this.#published,
      this.#bytes,
      ...Object.values(this.#failures),
    ];
    return expose([
      ...counters.map(({ family }) => family),
      ...this.#receiverGauges(),
      ...this.#outboxGauges(),
    ]);
  }

  #end(
    name: 'publish' | 'fetch' | 'acknowledge',
    { object, bytes = 0, error, result }: Traced & { result?: unknown; error?: unknown },
  ): void {
    if (bytes > 0) this.#bytes.add({ direction: name === 'publish' ? 'sent' : 'received' }, bytes);
    if (error !== undefined) {
      this.#failures[name].add({ code: toNodeFailure(error).code });
      return;
    }
    const type = this.#type.of(object.objectType);
    if (name === 'publish') this.#published.add({ type });
    if (name === 'acknowledge') this.#acknowledged.add({ type, outcome: String(result) });
  }

  #receiverGauges(): Family[] {
    const inFlight = new Map<string, Sample>();
    const ages = new Map<string, Sample>();
    for (const { service, objectType, since, state } of this.#receivers) {
      const labels = { service, type: this.#type.of(objectType) };
      const key = JSON.stringify(labels);
      const { inFlight: count, lastSuccess = since } = state();
      inFlight.set(key, { labels, value: (inFlight.get(key)?.value ?? 0) + count });
      ages.set(key, { labels, value: Math.max(0, (this.clock.now() - lastSuccess) / 1_000) });
    }
    return [
      gauge('edge_sync_inflight', 'Objects in the flows, unacknowledged.', inFlight.values()),
      gauge('edge_sync_poll_age_seconds', 'Since the last poll that was answered well.', ages.values()),
    ];
  }

  #outboxGauges(): Family[] {
    const open = Array.from(this.#outboxes, ([service, state]) => ({ labels: { service }, state: state() }));
    const samples = (value: (state: OutboxState) => number): Sample[] =>
      open.flatMap(({ labels, state }) => (state ? [{ labels, value: value(state) }] : []));
    return [
      gauge(
        'edge_sync_outbox_waiting',
        'Entries that wait to be sent.',
        samples(({ waiting }) => waiting),
      ),
      gauge(
        'edge_sync_outbox_dead_letters',
        'Entries that were refused for good.',
        samples(({ deadLetters }) => deadLetters),
      ),
      gauge(
        'edge_sync_outbox_bytes',
        'What the outbox takes of the disk.',
        samples(({ bytes }) => bytes),
      ),
    ];
  }
}

function gauge(name: string, help: string, samples: Iterable<Sample>): Family {
  return { name, help, type: 'gauge', samples: Array.from(samples) };
}

/** Those of this process. */
export const metrics = new Metrics();

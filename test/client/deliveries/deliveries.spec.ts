import assert from 'node:assert/strict';
import {
  type Delivery,
  DeliveryFailure,
  type DestinationStatus,
  type ObjectMetadata,
  SyncServiceError,
} from '../../../src/client';
import type { DeliverySource } from '../../../src/client/deliveries/look';
import { DeliveryWatch } from '../../../src/client/deliveries/watch';
import { sleep } from '../../../src/system/clock';
import { type LocalPair, startPair } from '../../support/local-pair';
import { ManualClock, settle } from '../../support/manual-clock';
import { metadataOf } from '../../support/metadata';

const named = (objectID: string): ObjectMetadata => metadataOf({ objectType: 'rules', objectID });
const at = (destinationID: string, status: string, message = ''): DestinationStatus => ({
  destinationType: 'gateway',
  destinationID,
  status,
  message,
});

/** A service that takes its time, by a clock that a test moves. */
class SlowService implements DeliverySource {
  /** How long an answer takes, in ms. */
  pace = 0;
  destinations: (objectID: string) => DestinationStatus[] | Error = () => [];
  status = 'ready';
  current: (objectID: string) => ObjectMetadata | Error = named;
  open = 0;
  mostOpen = 0;
  /** When each object was looked at. */
  readonly looks = new Map<string, number[]>();

  constructor(
    private readonly clock: ManualClock,
    readonly kind: 'CSS' | 'ESS' = 'CSS',
  ) {}

  looksAt(objectID: string): number {
    return this.looks.get(objectID)?.length ?? 0;
  }

  getObjectDestinations(object: { objectID: string }, options: object): Promise<DestinationStatus[]> {
    this.#looked(object.objectID);
    return this.#answer(() => this.destinations(object.objectID), options);
  }

  getObjectStatus(object: { objectID: string }, options: object): Promise<string> {
    this.#looked(object.objectID);
    return this.#answer(() => this.status, options);
  }

  getObjectMetadata(object: { objectID: string }, options: object): Promise<ObjectMetadata> {
    return this.#answer(() => this.current(object.objectID), options);
  }

  #looked(objectID: string): void {
    this.looks.set(objectID, [...(this.looks.get(objectID) ?? []), this.clock.elapsed()]);
  }

  async #answer<T>(answer: () => T | Error, { signal }: { signal?: AbortSignal }): Promise<T> {
    this.open += 1;
    this.mostOpen = Math.max(this.mostOpen, this.open);
    try {
      if (this.pace > 0) await sleep(this.clock, this.pace, signal);
      const given = answer();
      if (given instanceof Error) throw given;
      return given;
    } finally {
      this.open -= 1;
    }
  }
}

/** What became of a wait, for a test that looks at it now and then. */
function followed(wait: Promise<Delivery>): { ended?: string; error?: unknown; delivery?: Delivery } {
  const shown: ReturnType<typeof followed> = {};
  wait.then(
    (delivery) => Object.assign(shown, { ended: delivery.outcome, delivery }),
    (error: unknown) => Object.assign(shown, { ended: (error as SyncServiceError).code, error }),
  );
  return shown;
}

const gone = new SyncServiceError('SYNC_NOT_FOUND', 'There is no such object');
const broken = new SyncServiceError('SYNC_SERVER_ERROR', 'broken');

describe('the watch on deliveries', () => {
  let clock: ManualClock;
  let service: SlowService;
  let watch: DeliveryWatch;

  const start = (kind: 'CSS' | 'ESS' = 'CSS'): void => {
    clock = new ManualClock();
    service = new SlowService(clock, kind);
    watch = new DeliveryWatch(service, clock);
  };
  beforeEach(() => start());
  afterEach(() => {
    watch.close();
    assert.equal(clock.waiting, 0, 'timers are left');
  });
  const many = (count: number, patience: number): ReturnType<typeof followed>[] =>
    Array.from({ length: count }, (_, index) =>
      followed(watch.wait(named(`o${index}`), 'delivered', { patience })),
    );

  it('never says timeout of what it did not look at, however slow the looks', async () => {
    service.pace = 1_000;
    service.destinations = () => [at('edge1', 'delivered')];
    const waits = many(400, 60_000);
    await clock.advance(200_000);
    assert.deepEqual(
      waits.filter(({ ended }) => ended !== 'delivered'),
      [],
    );
  });

  it('says timeout only after a look that began when the time was up', async () => {
    service.pace = 1_000;
    const arrivedAt = new Map(Array.from({ length: 200 }, (_, index) => [`o${index}`, index * 1_499]));
    service.destinations = (objectID) => [
      at('edge1', clock.elapsed() >= (arrivedAt.get(objectID) ?? 0) ? 'delivered' : 'delivering'),
    ];
    const waits = many(200, 60_000);
    await clock.advance(400_000);
    let timeouts = 0;
    for (const [index, { ended }] of waits.entries()) {
      const looks = service.looks.get(`o${index}`) ?? [];
      const [first = 0, last = 0] = [looks[0], looks.at(-1)];
      if (ended !== 'timeout') continue;
      timeouts += 1;
      assert.ok(
        last >= first + 60_000,
        `o${index} was last looked at ${last - first} ms after the first look`,
      );
      assert.ok(last < first + 75_000, `o${index} waited for ${last - first} ms`);
      assert.ok((arrivedAt.get(`o${index}`) ?? 0) > last, `o${index} had arrived`);
    }
    assert.ok(timeouts > 50, `${timeouts} have waited in vain`);
    assert.ok(waits.every(({ ended }) => ended === 'timeout' || ended === 'delivered'));
  });

  it('looks up no more than four objects at a time, however many wait', async () => {
    service.pace = 5;
    const waits = many(40, 60_000);
    await clock.advance(1_000);
    assert.equal(service.looks.size, 40);
    assert.equal(service.mostOpen, 4);
    watch.close();
    await settle();
    assert.ok(waits.every(({ ended }) => ended === 'SYNC_CLOSED'));
  });

  it('looks less and less often', async () => {
    const wait = followed(watch.wait(named('a'), 'consumed', { patience: 20_000 }));
    await clock.advance(20_000);
    assert.equal(wait.ended, 'timeout');
    assert.deepEqual(service.looks.get('a'), [0, 250, 750, 1_750, 3_750, 7_750, 12_750, 17_750, 20_000]);
  });

  it('ends soon after its time though the service does not answer', async () => {
    service.pace = Number.MAX_SAFE_INTEGER;
    const waits = many(400, 60_000);
    await clock.advance(60_000);
    assert.ok(waits.some(({ ended }) => ended === 'timeout'));
    await clock.advance(75_000);
    assert.ok(waits.every(({ ended }) => ended === 'timeout'));
    const short = many(10, 50);
    await clock.advance(12_000);
    assert.ok(short.every(({ ended }) => ended === 'timeout'));
  });

  it('ends soon after its time though the service, which has answered once, does not any more', async () => {
    const waits = many(400, 60_000);
    await clock.advance(100);
    assert.equal(service.looks.size, 400);
    service.pace = Number.MAX_SAFE_INTEGER;
    await clock.advance(75_000);
    assert.ok(waits.every(({ ended }) => ended === 'timeout'));
  });

  it('looks at the others while the service does not answer of some', async () => {
    const hanging = new Set(Array.from({ length: 8 }, (_, index) => `o${index}`));
    const answers = service.getObjectDestinations.bind(service);
    service.destinations = () => [at('edge1', 'delivered')];
    service.getObjectDestinations = (object, options) => {
      service.pace = hanging.has(object.objectID) ? Number.MAX_SAFE_INTEGER : 0;
      return answers(object, options);
    };
    const waits = many(50, 1_000);
    await clock.advance(60_000);
    assert.deepEqual(
      waits.map(({ ended }) => ended),
      waits.map((_, index) => (hanging.has(`o${index}`) ? 'timeout' : 'delivered')),
    );
  });

  it('goes on while the service fails, and says why it does not see anything', async () => {
    service.destinations = () => broken;
    const failures: unknown[] = [];
    const onFailure = (error: unknown): void => void failures.push(error);
    const wait = followed(watch.wait(named('a'), 'delivered', { onFailure }));
    await clock.advance(1_000);
    assert.deepEqual(failures, [broken, broken, broken]);
    service.destinations = () => [at('edge1', 'consumed')];
    await clock.advance(1_000);
    assert.equal(wait.ended, 'delivered');
  });

  it('tells what it sees, and is not disturbed by a listener that throws', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on('warning', onWarning);
    const seen: DestinationStatus[][] = [];
    const onProgress = (destinations: DestinationStatus[]): void => {
      seen.push(destinations);
      throw new Error('of the listener');
    };
    service.destinations = () => [at('edge1', 'delivered'), at('edge2', 'delivering')];
    const wait = followed(watch.wait(named('a'), 'delivered', { onProgress }));
    await clock.advance(100);
    service.destinations = () => [at('edge1', 'delivered'), at('edge2', 'delivered')];
    await clock.advance(1_000);
    process.off('warning', onWarning);
    assert.equal(wait.ended, 'delivered');
    assert.deepEqual(
      seen.map((destinations) => destinations.map(({ status }) => status)),
      [
        ['delivered', 'delivering'],
        ['delivered', 'delivered'],
      ],
    );
    assert.deepEqual(
      warnings.map(({ message }) => message),
      ['A listener to the progress of a delivery has thrown'],
    );
  });

  it('fails as soon as one destination fails, with what it saw at each', async () => {
    const destinations = [at('edge1', 'delivering'), at('edge2', 'error', 'disk full')];
    service.destinations = () => destinations;
    const wait = followed(watch.wait(named('a'), 'delivered'));
    await clock.advance(10);
    const { error } = wait;
    assert.ok(error instanceof DeliveryFailure && error instanceof SyncServiceError);
    assert.equal(error.code, 'SYNC_DELIVERY_FAILED');
    assert.equal(error.message, 'rules/a could not be delivered to gateway/edge2: disk full');
    assert.deepEqual(error.destinations, destinations);
  });

  for (const [what, change, outcome] of [
    ['superseded', { instanceID: '2' }, 'superseded'],
    ['deleted', { deleted: true }, 'deleted'],
    ['gone', undefined, 'gone'],
  ] as const) {
    it(`ends when the object was ${what}, whatever is seen at the destinations`, async () => {
      service.destinations = () => [at('edge1', 'consumed'), at('edge2', 'error')];
      service.current = (objectID) => (change ? { ...named(objectID), ...change } : gone);
      const wait = followed(watch.wait(named('a'), 'consumed'));
      await clock.advance(10);
      assert.equal(wait.ended, outcome);
    });
  }

  it('waits for the version that it finds when it is given a name only', async () => {
    const [reference, version] = [{ objectType: 'rules', objectID: 'a' }, named('a')];
    // What is seen first may be of an older version.
    service.destinations = () => (service.looksAt('a') === 1 ? [at('edge1', 'error')] : []);
    const wait = followed(watch.wait(reference, 'delivered'));
    await clock.advance(2_000);
    assert.equal(wait.ended, undefined);
    service.current = () => ({ ...version, instanceID: `${version.instanceID}1` });
    await clock.advance(5_000);
    assert.equal(wait.ended, 'superseded');
  });

  it('on an edge ends when the cloud has consumed it', async () => {
    start('ESS');
    const wait = followed(watch.wait(named('a'), 'consumed'));
    await clock.advance(1_000);
    assert.equal(wait.ended, undefined);
    service.status = 'consumedByDest';
    await clock.advance(1_000);
    assert.deepEqual(wait.delivery, { outcome: 'consumed', destinations: [] });
  });

  it('takes no wait when it is closed, or when there are too many', async () => {
    service.pace = Number.MAX_SAFE_INTEGER;
    await assert.rejects(watch.wait(named('a'), 'consumed', { signal: AbortSignal.abort() }), {
      code: 'SYNC_ABORTED',
    });
    const waits = many(10_000, 60_000);
    await assert.rejects(watch.wait(named('b'), 'consumed'), { code: 'SYNC_TOO_MANY_WAITS' });
    watch.close();
    await settle();
    assert.ok(waits.every(({ ended }) => ended === 'SYNC_CLOSED'));
    await assert.rejects(watch.wait(named('c'), 'consumed'), { code: 'SYNC_CLOSED' });
  });

  it('has many wait by one signal, of which Node.js does not warn', async () => {
    const controller = new AbortController();
    const warnings: string[] = [];
    const warn = ({ message }: Error): unknown => warnings.push(message);
    process.on('warning', warn);
    const { signal } = controller;
    const waits = Array.from({ length: 20 }, (_, index) =>
      followed(watch.wait(named(`o${index}`), 'consumed', { signal })),
    );
    await settle();
    process.off('warning', warn);
    controller.abort();
    await settle();
    assert.deepEqual([new Set(waits.map(({ ended }) => ended)), warnings], [new Set(['SYNC_ABORTED']), []]);
  });

  it('ends at its signal, also in the middle of a look, and leaves nothing on it', async () => {
    service.pace = Number.MAX_SAFE_INTEGER;
    const controller = new AbortController();
    const { signal } = controller;
    let listeners = 0;
    signal.addEventListener = new Proxy(signal.addEventListener, {
      apply: (target, self, args) => {
        listeners += 1;
        Reflect.apply(target, self, args);
      },
    });
    signal.removeEventListener = new Proxy(signal.removeEventListener, {
      apply: (target, self, args) => {
        listeners -= 1;
        Reflect.apply(target, self, args);
      },
    });
    const wait = followed(watch.wait(named('a'), 'consumed', { signal }));
    await clock.advance(100);
    assert.equal(service.open, 1);
    controller.abort(new Error('enough'));
    await settle();
    assert.equal(wait.ended, 'SYNC_ABORTED');
    assert.match(String(wait.error), /rules\/a is published, but nobody waits for its delivery any more/);
    assert.equal((wait.error as Error).cause, controller.signal.reason);
    assert.deepEqual([service.open, listeners], [0, 0]);
  });

  it('bears with a patience beyond what a timer can count, and refuses one that is none', async () => {
    const wait = followed(watch.wait(named('a'), 'consumed', { patience: 1e12 }));
    await clock.advance(20_000);
    assert.deepEqual([wait.ended, service.looksAt('a')], [undefined, 8]);
    await assert.rejects(watch.wait(named('a'), 'consumed', { patience: Number.NaN }), {
      code: 'SYNC_INVALID_ARGUMENT',
    });
    await assert.rejects(watch.wait(named('a'), 'arrived' as 'delivered'), {
      code: 'SYNC_INVALID_ARGUMENT',
    });
  });
});

describe('waiting for a delivery', () => {
  let pair: LocalPair;

  before(async () => {
    pair = await startPair();
  });
  after(() => pair.close());

  it('ends when every edge has it, and when every edge has consumed it', async () => {
    const { cloud, edge } = pair;
    await cloud.publish({ objectType: 'rules', objectID: 'r1' }, 'hello');
    const object = await cloud.getObjectMetadata({ objectType: 'rules', objectID: 'r1' });
    const { outcome, destinations } = await cloud.waitForDelivery(object, 'delivered');
    assert.equal(outcome, 'delivered');
    assert.deepEqual(
      destinations.map(({ destinationID, status }) => [destinationID, status]),
      [['edge1', 'delivered']],
    );
    const consumed = cloud.waitForDelivery(object, 'consumed');
    await edge.markObjectConsumed(object);
    assert.equal((await consumed).outcome, 'consumed');
  });

  it('refuses a name that cannot be, and ends when the client is closed', async () => {
    const { edge } = pair;
    await assert.rejects(edge.waitForDelivery({ objectType: 'rules', objectID: '' }, 'consumed'), {
      code: 'SYNC_INVALID_ARGUMENT',
    });
    await edge.publish({ objectType: 'readings', objectID: 'r1' }, '21');
    const waiting = edge.waitForDelivery({ objectType: 'readings', objectID: 'r1' }, 'consumed');
    const ended = assert.rejects(waiting, { code: 'SYNC_CLOSED' });
    await edge.close();
    await ended;
    await assert.rejects(edge.waitForDelivery({ objectType: 'readings', objectID: 'r1' }, 'consumed'), {
      code: 'SYNC_CLOSED',
    });
  });
});

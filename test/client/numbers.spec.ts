import assert from 'node:assert/strict';
import { SyncServiceClient } from '../../src/client';
import { limitsOf } from '../../src/client/outbox/options';
import { rulesOf } from '../../src/client/updates/receiver-options';

const address = 'http://127.0.0.1:1';
const absurd = [0, -0, -1, 1e-300, Number.NaN, Number.NEGATIVE_INFINITY, '5'] as number[];
const withFractions = [...absurd, 0.4];
const counts = absurd.filter((value) => value !== 1e-300);
const large = [1, 1e300, Number.POSITIVE_INFINITY];

/** Each number that users give, what is refused of it, and by which name; and what is not. */
const numbers: Record<string, { refused: number[]; taken: number[]; give: (value: number) => unknown }> = {
  ...Object.fromEntries(
    (['interval', 'redeliverAfter'] as const).map((name) => [
      name,
      { refused: withFractions, taken: large, give: (value: number) => receive({ [name]: value }) },
    ]),
  ),
  ...Object.fromEntries(
    (['window', 'maxAttempts'] as const).map((name) => [
      name,
      {
        refused: counts,
        taken: [1e-300, 0.4, ...large],
        give: (value: number) => receive({ [name]: value }),
      },
    ]),
  ),
  ...Object.fromEntries(
    (['connect', 'answer', 'stall'] as const).map((name) => [
      `timeouts.${name}`,
      {
        refused: withFractions,
        taken: large,
        give: (value: number) => connect({ timeouts: { [name]: value } }),
      },
    ]),
  ),
  ...Object.fromEntries(
    (['listEntry', 'list', 'json'] as const).map((name) => [
      `limits.${name}`,
      {
        refused: withFractions,
        taken: large,
        give: (value: number) => connect({ limits: { [name]: value } }),
      },
    ]),
  ),
  transferRate: {
    refused: withFractions,
    taken: large,
    give: (transferRate) => connect({ transferRate }),
  },
  bytes: { refused: [...withFractions, 1], taken: [1e300], give: (bytes) => limitsOf({ bytes }) },
  age: { refused: withFractions, taken: large, give: (age) => limitsOf({ age }) },
  entries: { refused: counts, taken: [1e-300, 0.4, ...large], give: (entries) => limitsOf({ entries }) },
  atOnce: { refused: counts, taken: [1e-300, 0.4, ...large], give: (atOnce) => limitsOf({ atOnce }) },
  rate: { refused: absurd, taken: [0.001, 0.4, ...large], give: (rate) => limitsOf({ rate }) },
};

async function connect(options: object): Promise<void> {
  await new SyncServiceClient({ address, ...options }).close();
}

async function receive(options: object): Promise<void> {
  const client = new SyncServiceClient({ address });
  try {
    client.pollForUpdates('t', options);
  } finally {
    await client.close();
  }
}

describe('a number that is given', () => {
  for (const [name, { give, refused, taken }] of Object.entries(numbers)) {
    it(`is refused by its name where it cannot be meant: ${name}`, async () => {
      for (const value of refused) {
        await assert.rejects(
          async () => give(value),
          { code: 'SYNC_INVALID_ARGUMENT', message: new RegExp(`^${name} must be `) },
          String(value),
        );
      }
      for (const value of taken) await give(value);
    });
  }

  it('is refused by its name in a call, too', async () => {
    const client = new SyncServiceClient({ address });
    const object = { objectType: 't', objectID: 'o' };
    const stream = async function* (): AsyncGenerator<Buffer> {};
    for (const [name, call] of Object.entries({
      maxBytes: (value: number) => client.fetchObjectData(object, { maxBytes: value }),
      chunkSize: (value: number) => client.updateObjectData(object, 'x', { chunkSize: value }),
      patience: (value: number) => client.waitForDelivery(object, 'delivered', { patience: value }),
      quiesce: (value: number) => client.shutDown({ quiesce: value }),
      'The size of a stream': (value: number) => client.updateObjectData(object, { stream, size: value }),
      'The time after which an object is wanted again': async (value: number) =>
        client.giveObjectBack(object, value),
    })) {
      for (const value of [-1, Number.NaN, '5' as unknown as number]) {
        await assert.rejects(
          call(value),
          { code: 'SYNC_INVALID_ARGUMENT', message: new RegExp(`^${name} must be `) },
          `${name} ${value}`,
        );
      }
    }
    await client.close();
  });

  it('of things is a whole one: what may be begun is one', () => {
    const { maxAttempts, window } = rulesOf({ window: 0.4, maxAttempts: 2.5 });
    assert.deepEqual([window, maxAttempts], [1, 3]);
    const { atOnce, entries } = limitsOf({ entries: 1e-300, atOnce: 1.5 });
    assert.deepEqual([entries, atOnce], [1, 2]);
  });
});

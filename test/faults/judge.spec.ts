import assert from 'node:assert/strict';
import { type Evidence, judge, type Seen } from './campaign/judge';

const objectID = 'up-7';
const told = { receiver: 'up', objectID, instanceID: '1795470914231361270' };
const seen: Seen[] = [
  { ...told, what: 'handed out', at: 1_000 },
  { ...told, what: 'fetched', data: 'hello', at: 1_100 },
  { ...told, what: 'consumed', at: 1_200 },
  { ...told, what: 'handed out', at: 5_000 },
];

/** An object that came again 4 s after it was handed out, on a line with one fault. */
function evidence(name: string, path: string, at: number): Evidence {
  const sent = {
    type: 'up',
    versions: new Map([[objectID, ['hello']]]),
    since: new Map([[objectID, 500]]),
    unsure: new Set<string>(),
    refusals: new Map<string, number>(),
  } as const;
  const thrown = [{ name, path, method: 'GET', headers: {}, body: Buffer.alloc(0), at }];
  return { sent: [sent], seen, thrown, disturbances: [], acknowledgements: [], deadLetters: [] };
}

describe('the judge of a campaign', () => {
  const another = 'the answer to another request';
  for (const [what, [name, path, at], unexplained] of [
    ['an earlier list came in place of its list', [another, '/api/v1/objects/demo/up', 4_000], 0],
    ['an earlier list came before it was handed out', [another, '/api/v1/objects/demo/up', 900], 1],
    ['a list of another type was such a one', [another, '/api/v1/objects/demo/kept-up', 4_000], 1],
    ['something else happened to its list', ['500 after the effect', '/api/v1/objects/demo/up', 4_000], 1],
    ['something happened to the object itself', ['403', `/api/v1/objects/demo/up/${objectID}`, 4_000], 0],
  ] as const) {
    const verdict = unexplained === 0 ? 'explains' : 'does not explain';
    it(`${verdict} that an object came again where ${what}`, () => {
      const judged = judge(evidence(name, path, at));
      assert.deepEqual([judged.duplicates, judged.unexplained.length], [1, unexplained]);
      assert.deepEqual([judged.lost, judged.wrong], [[], []]);
    });
  }
});

import { guardsOf } from './guard';

/** Those of the receiving side that the simulation does not see; the others are in `test/simulation`. */
export const guardsOfUpdates = guardsOf('src/client/updates', 'test/client', [
  {
    name: 'places in acknowledgement are not counted',
    file: 'settlement.ts',
    find: "return this.ledger.count('acknowledging') < this.ledger.rules.window;",
    replace: 'return true;',
    seenBy: ['in-hand', 'feed'],
  },
  {
    name: 'a newer version does not end a joint wait',
    file: 'acknowledgements.ts',
    find: "if (checkVersion && isOld) this.#settle(acknowledging, 'superseded');",
    replace:
      "if (checkVersion && isOld && receivers === undefined) this.#settle(acknowledging, 'superseded');",
    seenBy: ['feed', 'in-hand'],
  },
]);

import { guardsOf } from './guard';

export const guardsOfDeliveries = guardsOf('src/client/deliveries', 'test/client', [
  {
    name: 'a wait never ends where the service does not answer',
    file: 'wait.ts',
    find: 'if (this.#deadline !== undefined) return Math.max(this.#deadline, lastAnswer) + longestLook;',
    replace: 'if (this.#deadline !== undefined) return Number.POSITIVE_INFINITY;',
    seenBy: ['deliveries/deliveries'],
  },
  {
    name: 'a deletion is no end of a wait',
    file: 'wait.ts',
    find: "if (current.deleted) return 'deleted';",
    replace: '',
    seenBy: ['deliveries/deliveries'],
  },
]);

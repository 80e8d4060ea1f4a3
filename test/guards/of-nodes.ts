import { guardsOf } from './guard';

export const guardsOfNodes = guardsOf('nodes', 'test/nodes', [
  {
    name: 'a message that Node-RED cannot copy ends the process',
    file: 'common/reply.ts',
    find: 'this.node.error(failure ?? notPassedOn(thrown), { _msgid });',
    replace: 'throw failure ?? notPassedOn({ thrown, _msgid });',
    seenBy: 'throws',
  },
  {
    name: 'sync-in stops at what Node-RED cannot copy',
    file: 'sync-in/intake.ts',
    find: 'receiver.release(update.object, failure);',
    replace: 'throw failure;',
    seenBy: 'throws',
  },
  {
    name: 'an object comes again while it waits to be fetched',
    file: 'sync-fetch/fetches.ts',
    find: 'const done = this.#renewals.begin(object);',
    replace: 'const done = (): void => undefined;',
    seenBy: 'transfers',
  },
  {
    name: 'JSON for the flow is as deep as it likes',
    file: 'common/json.ts',
    find: 'if (isDeeperThan(deepest, text)) throw new TooDeep();',
    replace: '',
    seenBy: ['throws', 'fetch', 'limits'],
  },
  {
    name: 'the queue of sync-out has no limit',
    file: 'sync-out/queue.ts',
    find: 'if (this.#waiting.size >= mostWaiting) throw',
    replace: 'if (this.#waiting.size < 0) throw',
    seenBy: 'queue',
  },
  {
    name: 'the bytes of the queue have no limit',
    file: 'sync-out/queue.ts',
    find: 'if (this.#bytes > 0 && this.#bytes + bytes > mostBytes) {',
    replace: 'if (this.#bytes < 0) {',
    seenBy: 'queue',
  },
  {
    name: 'messages about one object overtake each other',
    file: 'sync-out/queue.ts',
    find: 'await before?.catch(() => undefined);',
    replace: '',
    seenBy: ['queue', 'sync-out'],
  },
  {
    name: 'the payload is the object that is acknowledged',
    file: 'sync-in/intake.ts',
    find: 'payload: structuredClone(object),',
    replace: 'payload: object,',
    seenBy: 'receiving',
  },
  {
    name: 'a stored secret goes where it was not stored for',
    file: 'sync-service/draft.ts',
    find: 'if (!node || wayOf(node.settings) !== wayOf(settings)) {',
    replace: 'if (!node) {',
    seenBy: 'dialogs',
  },
  {
    name: 'whoever may read has this Node-RED connect to where they like',
    file: 'sync-service/admin.ts',
    find: "RED.auth.needsPermission('sync-service.write')",
    replace: "RED.auth.needsPermission('sync-service.read')",
    seenBy: 'permissions',
  },
]);

import { guardsOf } from './guard';

/** Those of the receiving side that the simulation does not see; the others are in `test/simulation`. */
export const guardsOfUpdates = guardsOf('src/client/updates', 'test/client', [
  {
    name: 'places in acknowledgement are not counted',
    file: 'settlement.ts',
    find: "return this.ledger.count('acknowledging') < this.ledger.rules.window;",
    replace: 'return true;',
    seenBy: 'updates/in-hand',
  },
  {
    name: 'an object comes again while it is fetched from a slow service',
    file: 'feeds.ts',
    find: 'const end = this.#renewals.begin({ objectType, objectID, ...version });',
    replace: 'const end = (): void => void version;',
    seenBy: 'updates/renewals',
  },
  {
    name: 'a newer version does not end a joint wait',
    file: 'acknowledgements.ts',
    find: "if (checkVersion && isOld) this.#settle(acknowledging, 'superseded');",
    replace:
      "if (checkVersion && isOld && receivers === undefined) this.#settle(acknowledging, 'superseded');",
    seenBy: 'updates/acknowledgements',
  },
  {
    name: 'a list of nothing is believed whatever kind of service says so',
    file: 'lists.ts',
    find: 'if (isWhole && isOfNothing && this.#wouldTell(readers, received)) await this.source.checkKind();',
    replace: '',
    seenBy: 'updates/polling',
  },
  {
    name: 'what has left the plain list is handed out before the other list shows it',
    file: 'listed.ts',
    find: "if (entry.state === 'waiting') entries.pause(entry, 0, untilShown);",
    replace: 'if (entry === undefined) return;',
    seenBy: 'updates/listed',
  },
  {
    name: 'what many acknowledgements wait for is asked for each of them',
    file: 'acknowledgements.ts',
    find: 'const wait = Math.max(next, this.#rungAt + betweenLists) - now;',
    replace: 'const wait = next - now;',
    seenBy: 'updates/acknowledging',
  },
  {
    name: 'who waits for a version that no list shows is told of the end of its time by a list',
    file: 'hand-out.ts',
    find: 'if (isOutlived) siblings.reconsider();',
    replace: '',
    seenBy: 'updates/acknowledgements',
  },
  {
    name: 'a list of those marked received that is never whole is waited for',
    file: 'lists.ts',
    find: 'if (isWhole || reader.glimpsedReceived) reader.wantsReceived = false;',
    replace: 'if (isWhole) reader.wantsReceived = false;',
    seenBy: 'updates/acknowledgements',
  },
  {
    name: 'the second list of who has seen no whole one waits for the interval',
    file: 'readers.ts',
    find: 'return isAtRest ? Math.min(...intervals)',
    replace: 'return readers.length > 0 ? Math.min(...intervals)',
    seenBy: 'updates/acknowledgements',
  },
  {
    name: 'who does not take an object is waited for until the list of those marked received was read',
    file: 'readers.ts',
    find: 'return object === undefined || accepts(object);',
    replace: 'return true;',
    seenBy: 'updates/acknowledgements',
  },
  {
    name: 'who came again is waited for until a list was read, whatever it has said of the object',
    file: 'readers.ts',
    find: 'const isNew = !listed && inHand.asked.find(objectID, version) === undefined;',
    replace: 'const isNew = !listed;',
    seenBy: 'updates/acknowledgements',
  },
  {
    name: 'what rests without its metadata is never told of',
    file: 'listed.ts',
    find: 'if (object && isUntold) this.ledger.giveUp(entry, object);\n    else',
    replace: 'if (isUntold) return;\n   ',
    seenBy: 'updates/listed',
  },
  {
    name: 'what rests without its metadata, and plain lists do not show, is never told of',
    file: 'entries.ts',
    find: 'for (const { unlisted } of this.untold) if (unlisted) return true;',
    replace: '',
    seenBy: 'updates/listed',
  },
  {
    name: 'what others have not consumed, and no plain list shows, is new after a restart',
    file: 'settlement.ts',
    find: 'const isOfOthers = entry.consumers > 1 && rules.includeReceived;',
    replace: 'const isOfOthers = entry.consumers > 1 && !rules;',
    seenBy: 'updates/memory',
  },
  {
    name: 'what was asked for before a restart, and has another version by now, takes a place',
    file: 'acknowledgements.ts',
    find: "askers.has(receiver) && asked?.find(objectID, version)?.state === 'asked',",
    replace: 'askers.has(receiver) && (asked === undefined || objectID !== version),',
    seenBy: 'updates/feed',
  },
  {
    name: 'a version that comes between the two lists does not go to who has the one before in the flow',
    file: 'listed.ts',
    find: 'else if (hasLeft && inFlow.has(entry.state)) entry.newer',
    replace: "else if (hasLeft && inFlow.has(entry.state) && entry.state !== 'handed') entry.newer",
    seenBy: 'updates/listed',
  },
  {
    name: 'a version that comes between the two lists does not go to who has asked for the one before',
    file: 'listed.ts',
    find: 'else if (hasLeft && inFlow.has(entry.state)) entry',
    replace: "else if (hasLeft && inFlow.has(entry.state) && entry.state !== 'asked') entry",
    seenBy: 'updates/listed',
  },
  {
    name: 'a version that comes between the two lists does not go to who has the one before acknowledged',
    file: 'listed.ts',
    find: 'hasLeft && inFlow.has(entry.state)) entry.newer',
    replace: "hasLeft && inFlow.has(entry.state) && entry.state !== 'acknowledging') entry.newer",
    seenBy: 'updates/listed',
  },
]);

/** Those that its known histories see, and no seed of today. */
export const guardsOfKnownHistories = guardsOf('src/client/updates', 'test/simulation', [
  {
    name: 'a first list that could not be read has shown all there is',
    file: 'lists.ts',
    find: 'reader.listed ||= isWhole || reader.glimpsed;',
    replace: 'reader.listed = true;',
    seenBy: 'known',
  },
  {
    name: 'what others have not consumed is forgotten though it was marked received',
    file: 'listed.ts',
    find: 'taken !== undefined && consumers > 1)',
    replace: 'taken !== undefined && consumers > 1_000)',
    seenBy: 'known',
  },
  {
    name: 'what others have not consumed counts again once nobody here has it in hand',
    file: 'asking.ts',
    find: 'if (!underWay && done) return Promise.resolve(done);',
    replace: '',
    seenBy: 'known',
  },
]);

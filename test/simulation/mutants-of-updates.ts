/** One line of src/client/updates, broken. */
export interface Mutant {
  /** The transition, and what is wrong with it. */
  name: string;
  file: string;
  /** Text that the file has once. */
  find: string;
  replace: string;
}

export const mutants: readonly Mutant[] = [
  {
    name: 'list: another version does not take the place of one that waits',
    file: 'listed.ts',
    find: 'else this.ledger.replace(entry, object);',
    replace: '',
  },
  {
    name: 'list: a newer version does not wait for what is in the flow',
    file: 'listed.ts',
    find: 'if (inFlow.has(entry.state)) entry.newer = object;\n    else',
    replace: '',
  },
  {
    name: 'list: a list that is not whole lets go of what it does not show',
    file: 'listed.ts',
    find: 'if (!isWhole) {',
    replace: 'if (entry === undefined) {',
  },
  {
    name: 'left the list: what the flow has is forgotten',
    file: 'listed.ts',
    find: 'const isInFlow = inFlow.has(entry.state);',
    replace: 'const isInFlow = entry === undefined;',
  },
  {
    name: 'take: the window is not looked at',
    file: 'hand-out.ts',
    find: 'const entry = this.full ? this.#wanted() :',
    replace: 'const entry =',
  },
  {
    name: 'take: what siblings wait for waits for a place',
    file: 'hand-out.ts',
    find: 'const entry = this.full ? this.#wanted() :',
    replace: 'const entry = this.full ? undefined :',
  },
  {
    name: 'take: the kept object itself goes out',
    file: 'object-update.ts',
    find: 'object: copyOf(object)',
    replace: 'object',
  },
  {
    name: 'silence: costs nothing',
    file: 'hand-out.ts',
    find: "if (spent === 'spent') this.ledger.enqueue(entry);",
    replace: "if (spent !== 'outlived') this.ledger.enqueue(entry);",
  },
  {
    name: 'release: the fault of the service costs an attempt',
    file: 'hand-out.ts',
    find: "else if (fault === 'service') this.ledger.pause(entry, 0, this.ledger.lists + 1);",
    replace: '',
  },
  {
    name: 'give back: costs an attempt',
    file: 'hand-out.ts',
    find: 'if (entry.charged) entry.spent -= 1;',
    replace: 'entry.spent += 1;',
  },
  {
    name: 'reject: does nothing',
    file: 'hand-out.ts',
    find: "this.ledger.end(entry, 'rejected', 'rejected');",
    replace: 'return;',
  },
  {
    name: 'spend: the last attempt is not the last',
    file: 'ledger.ts',
    find: 'if (entry.spent < this.rules.maxAttempts)',
    replace: 'if (entry.spent <= this.rules.maxAttempts)',
  },
  {
    name: 'recall: a process that died has spent nothing',
    file: 'ledger.ts',
    find: "} else if (inHand && this.spend(entry, object) === 'spent') this.remember(entry);",
    replace: '}',
  },
  {
    name: 'ask: what is asked for may be handed out again',
    file: 'settlement.ts',
    find: "this.ledger.entries.change(entry, 'asked');",
    replace: '',
  },
  {
    name: 'taken: what was acknowledged is handed out again',
    file: 'settlement.ts',
    find: "this.ledger.end(entry, 'acknowledged', how);",
    replace: 'this.ledger.enqueue(entry);',
  },
  {
    name: 'outdated: without a pause',
    file: 'settlement.ts',
    find: 'this.ledger.disagree(entry);',
    replace: 'this.ledger.enqueue(entry);',
  },
  {
    name: 'joint: nobody is waited for',
    file: 'readers.ts',
    find: 'return mayCome || reader.inHand.settlement.awaits(objectID, version);',
    replace: 'return false;',
  },
  {
    name: 'unanswered: with several consumers it is asked for again',
    file: 'acknowledging.ts',
    find: 'if (this.sent && consumers > 1) return this.taken;',
    replace: 'if (this.sent && consumers > 1_000) return this.taken;',
  },
  {
    name: 'unanswered: the list is not believed',
    file: 'acknowledging.ts',
    find: "if (shown === undefined) return this.sent ? this.taken : 'gone';",
    replace: "if (shown === undefined) return 'gone';",
  },
  {
    name: 'check: the version is not compared',
    file: 'acknowledge.ts',
    find: "if (version !== undefined && versionOf(current) !== version) return { result: 'superseded' };",
    replace: '',
  },
  {
    name: 'poll: a failure is not tried again sooner or later',
    file: 'poll.ts',
    find: 'return ceiling / 2 + (this.random.next() * ceiling) / 2;',
    replace: 'return 3_600_000;',
  },
  {
    name: 'ask again: what the service has forgotten stays acknowledged',
    file: 'listed.ts',
    find: 'this.ledger.siblings.askAgain(entry);',
    replace: '',
  },
  {
    name: 'ask again: also where each acknowledgement counts',
    file: 'listed.ts',
    find: '!taken || consumers > 1 ||',
    replace: '!taken ||',
  },
  {
    name: 'ask again: hands the object out again',
    file: 'listed.ts',
    find: 'this.ledger.siblings.askAgain(entry);',
    replace: 'this.ledger.enqueue(entry);',
  },
  {
    name: 'try again: what rests goes on resting',
    file: 'hand-out.ts',
    find: 'if (rests) this.ledger.enqueue(entry);',
    replace: "if (entry.state === 'paused') this.ledger.enqueue(entry);",
  },
  {
    name: 'try again: attempts are not forgotten',
    file: 'hand-out.ts',
    find: 'spent: 0,',
    replace: 'spent: entry.spent,',
  },
  {
    name: 'given up: nobody is told',
    file: 'ledger.ts',
    find: 'this.onGivenUp({ object, attempt: entry.spent, redelivered: true }, entry.error);',
    replace: '',
  },
  {
    name: 'given up: again at each restart',
    file: 'ledger.ts',
    find: 'if (untold) this.giveUp(entry, object);',
    replace: "if (end === 'resting') this.giveUp(entry, object);",
  },
  {
    name: 'batches: only the first of each is handed out',
    file: 'receiver.ts',
    find: 'yield* this.#updates(Number.POSITIVE_INFINITY);',
    replace: 'for await (const batch of this.#updates(Number.POSITIVE_INFINITY)) yield batch.slice(0, 1);',
  },
  {
    name: 'deploy: who does not come again is waited for',
    file: 'readers.ts',
    find: 'for (const name of Array.from(this.#absent.keys())) this.#lose(name);',
    replace: '',
  },
  {
    name: 'deploy: who comes again is not waited for',
    file: 'readers.ts',
    find: 'this.expect(name, reader.patience, reader);',
    replace: '',
  },
  {
    name: 'status: a poll that failed is none',
    file: 'poll.ts',
    find: "phase: 'backing-off',",
    replace: "phase: 'connected',",
  },
  {
    name: 'status: a poll that failed has succeeded',
    file: 'poll.ts',
    find: '...(lastSuccess !== undefined && { lastSuccess }),',
    replace: '...(lastSuccess !== undefined && { lastSuccess: this.clock.now() }),',
  },
  {
    name: 'status: nothing rests',
    file: 'receiver.ts',
    find: "exhausted: this.inHand.count('resting'),",
    replace: 'exhausted: 0,',
  },
  {
    name: 'status: what waits for others is in no flow',
    file: 'hand-out.ts',
    find: "return this.ledger.count('handed') + this.ledger.count('asked');",
    replace: "return this.ledger.count('handed');",
  },
  {
    name: 'status: nobody is waited for',
    file: 'acknowledgements.ts',
    find: "return this.#in('joint').flatMap((acknowledging) => this.host.awaited(acknowledging));",
    replace: "return this.#in('queued').flatMap((acknowledging) => this.host.awaited(acknowledging));",
  },
];

interface Handled {
  readonly msg: object;
  readonly error?: { readonly code?: unknown; readonly message?: unknown };
  readonly node?: { readonly id: string };
  readonly destination?: { readonly id: string };
}

interface Hooks {
  add(name: string, hook: (event: Handled) => void): void;
  remove(name: string): void;
}

const { hooks } = require('@node-red/util') as { hooks: Hooks };
const label = 'hostile-ends';

/** How a message ended: well, or with the failure that Catch nodes are told. */
export interface MessageEnd {
  readonly node: string;
  readonly code?: unknown;
  readonly text?: unknown;
}

/** Which messages the nodes of a flow have taken, wherever from, and how each ended. */
export class MessageEnds {
  readonly ends: MessageEnd[] = [];
  /** Ended twice, or without having been taken. */
  readonly surplus: MessageEnd[] = [];
  readonly #open: [node: string, message: object][] = [];

  /** @param ids of the nodes that are looked at. */
  constructor(ids: ReadonlySet<string>) {
    hooks.add(`onReceive.${label}`, ({ destination, msg }) => {
      if (destination && ids.has(destination.id)) this.#open.push([destination.id, msg]);
    });
    hooks.add(`onComplete.${label}`, ({ error, msg, node }) => {
      if (!node || !ids.has(node.id)) return;
      const end = { node: node.id, ...(error && { code: error.code, text: error.message }) };
      const index = this.#open.findIndex(([id, open]) => id === node.id && open === msg);
      if (index < 0) this.surplus.push(end);
      else this.#open.splice(index, 1);
      this.ends.push(end);
    });
  }

  /** The nodes that have messages which have not ended. */
  get open(): string[] {
    return this.#open.map(([node]) => node);
  }

  /** How the last message of a node ended; undefined as long as it has one. */
  lastOf(node: string): MessageEnd | undefined {
    return this.open.includes(node) ? undefined : this.ends.findLast((end) => end.node === node);
  }

  close(): void {
    for (const hook of ['onReceive', 'onComplete']) hooks.remove(`${hook}.${label}`);
  }
}

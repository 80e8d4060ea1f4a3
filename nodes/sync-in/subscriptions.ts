import type { NodeMessage } from 'node-red';
import { invalidInput } from '../common/failure';
import { describe } from '../common/fields';
import type { TypedFields } from '../common/typed';
import { wordsOf } from '../common/words';

/** What a message can ask of a sync-in, in `msg.action`. */
const actions = ['subscribe', 'unsubscribe', 'ask'] as const;

/** What is subscribed to, and asked. */
interface Subscribed {
  subscribe(objectTypes: readonly string[]): Promise<void>;
  unsubscribe(objectTypes: readonly string[]): void;
  /** Looks for updates now. */
  ring(): void;
}

/** The object types that a sync-in receives: those of its dialog, and what messages change of them while it runs. */
export class Subscriptions {
  readonly #types = new Set<string>();

  /** @param onChange told of all of them. */
  constructor(
    private readonly subscribed: Subscribed,
    private readonly onChange: (objectTypes: readonly string[]) => void,
  ) {}

  get objectTypes(): readonly string[] {
    return Array.from(this.#types);
  }

  /** @throws NodeFailure where the dialog names none, unless messages may. */
  async start(fields: TypedFields, takesMessages: boolean): Promise<void> {
    const value = await fields.any('objectTypes', {});
    const types = value === undefined || value === null ? [] : typesIn(value, fields.label('objectTypes'));
    if (types.length === 0 && !takesMessages) throw fields.missing('objectTypes');
    await this.#add(types);
  }

  /** Does what a message says. Throws NodeFailure SYNC_INVALID_ARGUMENT where it says nothing that can be done. */
  async handle(message: NodeMessage): Promise<void> {
    const { action, topic } = message as { action?: unknown; topic?: unknown };
    const asked = actions.find((each) => each === action);
    if (!asked) {
      const given = typeof action === 'string' ? action : describe(action);
      throw invalidInput(`msg.action must be ${actions.join(', ')}, not ${given}`);
    }
    if (asked === 'ask') {
      this.subscribed.ring();
      return;
    }
    const types = typesIn(topic ?? '', 'msg.topic');
    if (types.length === 0) throw invalidInput(`msg.topic must name the object types to ${asked}`);
    if (asked === 'subscribe') await this.#add(types);
    else this.#remove(types);
  }

  async #add(types: readonly string[]): Promise<void> {
    for (const type of types) this.#types.add(type);
    this.onChange(this.objectTypes);
    await this.subscribed.subscribe(types);
  }

  #remove(types: readonly string[]): void {
    for (const type of types) this.#types.delete(type);
    this.subscribed.unsubscribe(types);
    this.onChange(this.objectTypes);
  }
}

function typesIn(value: unknown, label: string): string[] {
  const entries: unknown = typeof value === 'string' ? wordsOf(value) : value;
  const isList = Array.isArray(entries) && entries.every((each) => typeof each === 'string' && each !== '');
  if (!isList) throw invalidInput(`${label} must be text or an array of names, not ${describe(value)}`);
  return Array.from(new Set(entries as string[]));
}

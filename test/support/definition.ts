import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import { tableOf } from '../../scripts/editor-side';
import { registrationOf } from '../../scripts/registration';

export interface Definition {
  icon?: string;
  category: string;
  label(this: object): string;
  defaults: Record<
    string,
    { value: unknown; validate?: (this: object, value: string, options: unknown) => boolean | string }
  >;
  credentials?: Record<string, unknown>;
}

/** No dialog is open: what jQuery finds is nothing. */
const nothing = { length: 0, filter: () => nothing };

/**
 * What a node registers in the editor.
 *
 * @param others the nodes that the editor has, beside it.
 */
export function definitionOf(type: string, others: readonly { id: string }[] = []): Definition {
  let registered: Definition | undefined;
  const RED = {
    nodes: {
      registerType(_type: string, definition: Definition) {
        registered = definition;
      },
      node: (id: string) => others.find((other) => other.id === id),
    },
    utils: { validateTypedProperty: () => true },
  };
  runInNewContext(registrationOf(tableOf(type)), { RED, $: () => nothing });
  assert.ok(registered, `${type} registers itself`);
  return registered;
}

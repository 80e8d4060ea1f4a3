import type { Node, NodeAPI } from 'node-red';
import { invalidInput } from './failure';
import type { NodeTable } from './table';
import { sharedText } from './text';

/** The value of an environment variable, of the tab, the subflow or the process; undefined where it is not set. */
export type Variables = (name: string) => unknown;

/** The environment variables that a node sees; those of the process where there is no node yet. */
export function variablesOf(RED: Pick<NodeAPI, 'util'>, node: Node | undefined): Variables {
  return (name) => (node ? RED.util.getSetting(node, name) : process.env[name]);
}

/**
 * Puts environment variables in place, wherever a text has `${NAME}` in it: Node-RED itself does so only where that is the
 * whole of it.
 *
 * @param label what an error calls the text.
 * @throws NodeFailure SYNC_INVALID_ARGUMENT where one is not set.
 */
export function withVariables(text: string, variables: Variables, label: string): string {
  return text.replace(/\$\{([^{}\s]+)\}/g, (_whole, name: string) => {
    const value = variables(name);
    if (value === undefined || value === null) {
      const message = `${label}: the environment variable ${name} is not set`;
      throw invalidInput(message, sharedText('wrong.unset', { name }));
    }
    return String(value);
  });
}

/** The same for all text of a dialog's settings that may have variables in it. */
export function fillSettings<S extends object>(
  table: NodeTable,
  settings: S,
  variables: Variables,
  labels: Readonly<Record<string, string>>,
): S {
  const filled = Object.entries(settings).map(([name, value]) => {
    const field = table.fields[name];
    const isFilled = field?.kind === 'text' && field.variables && typeof value === 'string';
    return [name, isFilled ? withVariables(value, variables, labels[name] ?? name) : value];
  });
  return Object.fromEntries(filled) as S;
}

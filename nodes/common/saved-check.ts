import type { Node } from 'node-red';
import { shortened } from '../../src/system/shortened';
import { invalidInput, textOf } from './failure';
import { describe, isPositive } from './fields';
import type { Kind } from './form';
import { isShown } from './problems';
import { savedIn } from './saved';
import type { Labels } from './settings';
import { type Field, leastNumber, type NodeTable } from './table';
import { labelText, sharedText } from './text';
import { withVariables } from './variables';

/** What Node-RED finds a value by. */
const readable = [
  'str',
  'num',
  'bool',
  'json',
  're',
  'date',
  'bin',
  'jsonata',
  'msg',
  'flow',
  'global',
  'env',
];
const kinds: readonly (Kind | undefined)[] = ['CSS', 'ESS', undefined];

/**
 * Looks at what a flow holds of a node before anything of it is used: a flow that was written by hand, by a script or by a
 * later version may hold what no dialog saves. What the dialog does not show is not looked at.
 *
 * @param node told of each number that is none: that of a new node is used, as ever.
 * @throws NodeFailure SYNC_INVALID_ARGUMENT that names the field.
 */
export function checkSaved(
  table: NodeTable,
  config: object,
  labels: Labels,
  node: Pick<Node<object>, 'warn' | 'credentials'>,
): void {
  const saved = { ...savedIn(table, config), ...node.credentials };
  for (const [name, field] of Object.entries(table.fields)) {
    if (!isReadIn(table, field, saved)) continue;
    const label = labels[name] ?? name;
    const wrong = wrongWith(field, saved[name], saved[`${name}Type`]);
    if (wrong)
      throw invalidInput(
        `${label} ${wrong}`,
        sharedText('wrong.saved', { field: labelText(table.type, name) }),
      );
    // Node-RED has put in place what is set.
    if (field.kind === 'number') withVariables(String(saved[name]), () => undefined, label);
    if (field.kind !== 'number' || saved[name] === '' || isPositive(saved[name])) continue;
    const used = field.value === '' ? 'none' : field.value;
    node.warn(
      `${label} must be a number above zero (${leastNumber} at least), not ${said(saved[name])}: ${used} is used`,
    );
  }
}

/** On either service: which one it is may not be known yet. */
function isReadIn(table: NodeTable, field: Field, saved: Readonly<Record<string, unknown>>): boolean {
  const value = (name: string): string => textOf(saved[name] ?? '');
  return kinds.some((kind) => isShown(table, field, { kind, value }));
}

function wrongWith(field: Field, value: unknown, type: unknown): string | undefined {
  switch (field.kind) {
    case 'own':
      return undefined;
    case 'credential':
      return value === undefined || value === null || typeof value === 'string'
        ? undefined
        : `must be text, not ${describe(value)}`;
    case 'checkbox':
      return [true, false, 'true', 'false', ''].includes(value as never)
        ? undefined
        : `must be true or false, not ${said(value)}`;
    case 'choice':
      if (value === '' || (isPlain(value) && Object.hasOwn(field.options, String(value)))) return undefined;
      return `must be one of ${Object.keys(field.options).filter(Boolean).join(', ')}, not ${said(value)}`;
    case 'typed':
      if (!isPlain(value)) return `must be text in a saved node, not ${describe(value)}`;
      return [...readable, ...field.plain].includes(type as never)
        ? undefined
        : `is of a type that there is not: ${said(type)}`;
    default:
      return isPlain(value) ? undefined : `must be text in a saved node, not ${describe(value)}`;
  }
}

function isPlain(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function said(value: unknown): string {
  return isPlain(value) ? `"${shortened(String(value))}"` : describe(value);
}

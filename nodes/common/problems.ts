import type { Form, Kind } from './form';
import {
  type Field,
  isRequiredByEditor,
  leastNumber,
  type NodeTable,
  type NumberField,
  type OwnRow,
} from './table';

/** Of the catalogue that all nodes share. */
const noNumber = '@edge-sync/node-red/sync-service:sync-service.invalid.number';

/** Whether the row of a field is there. */
export function isShown({ sections }: NodeTable, field: Field, form: Form): boolean {
  const section = field.section === undefined ? undefined : sections?.[field.section];
  return (section?.(form) ?? true) && (field.shown?.(form) ?? true);
}

/** Whether something else is entered than a new node has. */
function isSet(name: string, field: Field, form: Form): boolean {
  if (field.kind === 'own' || field.kind === 'credential') return false;
  const value = form.value(name);
  if (field.kind !== 'typed') return value !== '' && value !== String(field.value);
  const type = form.value(`${name}Type`);
  if (field.plain.includes(type)) return type !== field.type;
  return value !== '' && (value !== field.value || !['', field.type].includes(type));
}

/** Whether a section holds something, so that it must not be folded away. */
export function holdsSomething({ fields }: NodeTable, section: string, form: Form): boolean {
  return Object.entries(fields).some(
    ([name, field]) => field.section === section && isSet(name, field, form),
  );
}

/** What is wrong with a field, as a text of the catalogue; the first that is found. What does not show is not wrong. */
export function problemOf(table: NodeTable, name: string, form: Form): string | undefined {
  const field = table.fields[name];
  if (!field || field.kind === 'own' || !isShown(table, field, form)) return undefined;
  if (field.only && form.kind && form.kind !== field.only && isSet(name, field, form)) {
    return needs(field.only);
  }
  const problem = field.problem?.(form);
  if (problem) return problem;
  if (isMissing(name, field, form)) return 'needs.value';
  if (field.kind === 'choice') {
    const only = field.options[form.value(name)]?.only;
    return only && form.kind && form.kind !== only ? needs(only) : undefined;
  }
  return field.kind === 'number' && !isPositive(field, form.value(name)) ? noNumber : undefined;
}

function needs(kind: Kind): string {
  return kind === 'CSS' ? 'needs.cloud' : 'needs.edge';
}

function isMissing(name: string, field: Exclude<Field, OwnRow>, form: Form): boolean {
  const required = typeof field.required === 'function' ? field.required(form) : field.required;
  if (!required || isRequiredByEditor(field) || form.value(name) !== '') return false;
  return field.kind !== 'typed' || !field.plain.includes(form.value(`${name}Type`) || field.type);
}

/** A number above zero, or an environment variable that Node-RED puts in its place. */
function isPositive({ optional }: NumberField, value: string): boolean {
  return (optional && value === '') || Number(value) >= leastNumber || /^\$\{.+\}$/.test(value);
}

import type { Form } from './form';
import { problemOf } from './problems';
import { savedIn } from './saved';
import { kindOf } from './service.editor';
import { type NodeTable, propertiesOf } from './table';

/** What the inputs of a dialog are called, before the name of the field. */
export function inputPrefix({ config }: NodeTable): string {
  return config ? 'node-config-input-' : 'node-input-';
}

/** An input of the dialog that is open. */
export function inputOf(table: NodeTable, field: string): JQuery {
  return $(`#${inputPrefix(table)}${field}`);
}

/** Marks the dialog that is open as that of a node: only of that one it speaks. */
export function claimDialog(node: EditorNode, table: NodeTable): JQuery {
  return inputOf(table, 'name').closest('form').attr('data-sync-node', node.id);
}

/** What a node says, whole. Node-RED leaves out of a new config node what is empty: that is no node of an old flow. */
export function wholeOf(node: EditorNode, table: NodeTable): Record<string, unknown> {
  const isNew = table.config && !RED.nodes.node(node.id);
  return savedIn(table, isNew ? { ...propertiesOf(table), ...node } : node);
}

/** What a node says, whatever its dialog says. */
export function savedForm(node: EditorNode, table: NodeTable): Form {
  const saved = wholeOf(node, table);
  return formFrom((field) => String(saved[field] ?? ''));
}

/** What the dialog of a node says now, or the node itself while it is not open. */
export function formOf(node: EditorNode, table: NodeTable): Form {
  const saved = savedForm(node, table);
  return formFrom((field) => {
    const input = inputOf(table, field).filter(`form[data-sync-node="${node.id}"] *`);
    if (input.length === 0) return saved.value(field);
    return String(input.is(':checkbox') ? input.is(':checked') : (input.val() ?? ''));
  });
}

function formFrom(value: Form['value']): Form {
  return {
    get kind() {
      return kindOf(value('service'));
    },
    value,
  };
}

/** The text for what is wrong with a field; a choice can be named in it. */
function textOf(
  node: EditorNode,
  { type, fields }: NodeTable,
  name: string,
  form: Form,
  key: string,
): string {
  const field = fields[name];
  if (key.includes(':')) return node._(key);
  const chosen = field?.kind === 'choice' && { [name]: node._(`${type}.${name}.${form.value(name)}`) };
  return node._(`${type}.${key}`, { ...chosen });
}

/** Makes the validators of a node: each looks at its own dialog, not at that of another node. */
export function validators(
  table: NodeTable,
): (name: string) => (this: EditorNode, given: string, options: unknown) => boolean | string {
  return (name) =>
    function validate(given, options) {
      const form = formOf(this, table);
      const problem = problemOf(table, name, form);
      if (problem) return textOf(this, table, name, form, problem);
      if (table.fields[name]?.kind !== 'typed' || !given) return true;
      return RED.utils.validateTypedProperty(given, form.value(`${name}Type`), options);
    };
}

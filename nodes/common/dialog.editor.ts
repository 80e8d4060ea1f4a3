import type { Form } from './form';
import { claimDialog, formOf, inputOf, inputPrefix, savedForm, wholeOf } from './form.editor';
import { nameConfigButtons, nameTyped } from './keyboard.editor';
import { preselectService } from './preselect.editor';
import { holdsSomething } from './problems';
import { prepareSection } from './section.editor';
import { suggest, suggestAtClick } from './suggestions.editor';
import type { ChoiceField, NodeTable, TextField, TranslateOwn, TypedField } from './table';
import { wordsOf } from './words';

/** What a node does in its dialog beyond its table. */
export type Prepare = (node: EditorNode, dialog: Dialog) => void;

export interface Dialog {
  readonly form: Form;
  /** Calls back now and whenever something changes. */
  readonly follow: (show: () => void) => void;
}

/** What a node without a name is called. */
export function labelOf(node: EditorNode, table: NodeTable): string {
  const translate: TranslateOwn = (key, values) => {
    const whole = `${table.type}.${key}`;
    const text = node._(whole, values);
    // There is no text for a choice that an environment variable makes.
    return text.endsWith(whole) ? table.type.replace('-', ' ') : text;
  };
  return node.name || table.label(savedForm(node, table), translate);
}

/** Makes the dialog of a node do what its table says: its HTML comes from the same. */
export function openDialog(node: EditorNode, table: NodeTable, prepare?: Prepare): void {
  const opened = new OpenDialog(node, table);
  opened.prepareInputs();
  prepare?.(node, opened);
  opened.prepareSections();
}

class OpenDialog implements Dialog {
  readonly form: Form;
  readonly #element: JQuery;

  constructor(
    private readonly node: EditorNode,
    private readonly table: NodeTable,
  ) {
    this.#element = claimDialog(node, table);
    this.form = formOf(node, table);
  }

  readonly follow = (show: () => void): void => {
    this.#element.on('change', () => show());
    show();
  };

  prepareInputs(): void {
    suggestAtClick(this.#element);
    preselectService(this.table.type);
    this.#fillWhatIsMissing();
    for (const [name, field] of Object.entries(this.table.fields)) {
      if (field.kind === 'typed') prepareTyped(this.node, this.table, name, field);
      if (field.kind === 'text') this.#prepareText(name, field);
      if (field.kind === 'choice') this.#prepareChoice(name, field);
      if (field.kind === 'config') nameConfigButtons(this.table, name, field.of);
    }
  }

  prepareSections(): void {
    for (const section of Object.keys(this.table.sections ?? {})) {
      prepareSection(`${this.table.type}-${section}`, holdsSomething(this.table, section, this.form));
    }
    this.follow(() => this.#showRows());
  }

  /** Node-RED leaves empty what a saved flow lacks. */
  #fillWhatIsMissing(): void {
    const values = this.node as unknown as Record<string, unknown>;
    for (const [name, value] of Object.entries(wholeOf(this.node, this.table))) {
      if (values[name] !== undefined || value === '') continue;
      const input = inputOf(this.table, name);
      if (input.is(':checkbox')) input.prop('checked', Boolean(value));
      else input.val(String(value));
    }
  }

  #prepareText(name: string, { suggestions, several }: TextField): void {
    if (!suggestions) return;
    const within = withinOf(this.table, suggestions.within);
    const search = suggest({ what: suggestions.what, several: Boolean(several), ...(within && { within }) });
    inputOf(this.table, name).autoComplete({ minLength: 0, search });
  }

  /**
   * Offers what the chosen service can do. What was chosen before stays in the list, so that another service does not
   * silently change it.
   */
  #prepareChoice(name: string, { options }: ChoiceField): void {
    if (!Object.values(options).some(({ only }) => only)) return;
    const select = inputOf(this.table, name);
    const all = select.children();
    let shown: Form['kind'] | null = null;
    this.follow(() => {
      const { kind } = this.form;
      if (kind === shown) return;
      shown = kind;
      const kept = this.form.value(name);
      const offered = all.filter((_index, option) => {
        const value = String($(option).val());
        const only = options[value]?.only;
        return !only || !kind || only === kind || value === kept;
      });
      select.children().detach();
      select.append(offered).val(kept);
    });
  }

  #showRows(): void {
    const { type, fields, sections = {} } = this.table;
    for (const [section, applies] of Object.entries(sections)) {
      $(`#${type}-${section}`).toggle(applies(this.form));
    }
    for (const [name, { shown }] of Object.entries(fields)) {
      if (shown) $(`.${type}-${name}`).toggle(shown(this.form));
    }
    const { kind } = this.form;
    for (const other of ['CSS', 'ESS']) {
      $(`.${type}-refused[data-only="${other}"]`).toggle(kind !== undefined && kind !== other);
    }
  }
}

function prepareTyped(node: EditorNode, table: NodeTable, name: string, field: TypedField): void {
  const input = inputOf(table, name);
  // Node-RED would take the first of its options, which is true.
  if (field.types[0] === 'bool' && input.val() === '') input.val('false');
  input.typedInput({
    default: field.plain[0] ?? field.types[0] ?? field.type,
    types: typesOf(node, table, name, field),
    typeField: `#${inputPrefix(table)}${name}Type`,
  });
  nameTyped(table, name);
}

/**
 * The types that a typed field offers, as Node-RED's TypedInput takes them.
 *
 * @param textOf what the text of a plain type is called, where it depends on other fields.
 */
export function typesOf(
  node: EditorNode,
  table: NodeTable,
  name: string,
  { plain, types, suggestions, several, path }: TypedField,
  textOf = (plainType: string): string => plainType,
): (string | TypedInputType)[] {
  const translate = (key: string): string => node._(`${table.type}.${name}.${key}`);
  const within = withinOf(table, suggestions?.within);
  const text: TypedInputType = {
    value: 'str',
    label: path ? translate('path') : 'string',
    icon: path ? 'fa fa-file-o' : 'red/images/typedInput/az.svg',
    ...(suggestions && {
      autoComplete: suggest({ what: suggestions.what, several: Boolean(several), ...(within && { within }) }),
    }),
  };
  return [
    ...plain.map((value) => ({ value, label: translate(textOf(value)), hasValue: false })),
    ...types.map((type) => (type === 'str' ? text : type)),
  ];
}

/** What the field that narrows suggestions holds, if it is text; the first, where several stand in it. */
function withinOf(table: NodeTable, name: string | undefined): (() => string) | undefined {
  const field = name === undefined ? undefined : table.fields[name];
  if (name === undefined || !field) return undefined;
  return () => {
    const input = inputOf(table, name);
    if (field.kind !== 'typed') return wordsOf(String(input.val() ?? ''))[0] ?? '';
    const literal = input.typedInput('type') === 'str' ? input.typedInput('value') : '';
    return field.several ? (wordsOf(literal)[0] ?? '') : literal;
  };
}

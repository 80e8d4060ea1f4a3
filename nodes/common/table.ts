import type { Form, Kind, Rule } from './form';

/** What the service is asked for while somebody types into a field. */
export interface SuggestionSource {
  what: 'objectTypes' | 'objectIDs' | 'destinationTypes' | 'destinationIDs' | 'destinations';
  /** The field that narrows the answer. */
  within?: string;
}

/** What every row of a dialog can say of itself. Its texts are in the catalogue: `<type>.label.<name>`. */
interface Row {
  /** Of Font Awesome 4.7, without its `fa-`. */
  icon?: string;
  placeholder?: string;
  /** When the row is there. */
  shown?: Rule<boolean>;
  /** The section that it folds away with. */
  section?: string;
  /** The one service that takes it: on the other its row says so, and a value is wrong. */
  only?: Kind;
  /** It cannot be empty while its row is there. */
  required?: true | Rule<boolean>;
  /** What else is wrong, as a text of the catalogue. */
  problem?: Rule<string | undefined>;
}

export interface TextField extends Row {
  kind: 'text';
  value: string;
  suggestions?: SuggestionSource;
  /** Several stand one after the other, separated by commas or spaces. */
  several?: true;
  /** It may have environment variables in it: `${HZN_DEVICE_ID}.hello-mms`. */
  variables?: true;
}

const units = { s: 1_000, h: 3_600_000, KiB: 1_024, MiB: 1_048_576 };

/** Nobody means less, in whatever unit: 1e-300 s is above zero, and would have a service asked as often as we can. */
export const leastNumber = 0.001;

/** A number above zero. Its unit stands in its label; the runtime reads it in ms or bytes. */
export interface NumberField extends Row {
  kind: 'number';
  value: string;
  unit?: keyof typeof units;
  /** Empty means the value that a new node has, and the row shows it so. */
  optional?: true;
}

export interface Option {
  /** The one service that can do it; the choice is not offered on the other. */
  only?: Kind;
  /** Its text, if not that of its name: `<type>.<texts or name of the field>.<text>`. */
  text?: string;
}

export interface ChoiceField<Value extends string = string> extends Row {
  kind: 'choice';
  value: Value;
  options: Readonly<Record<Value, Option>>;
  texts?: string;
  /** What a flow means that was saved before there was this field, if not what a new node has. */
  formerly?: Value;
}

export interface CheckboxField extends Row {
  kind: 'checkbox';
  value: boolean;
}

/** A value with the type beside it (`name` and `nameType`), as Node-RED's TypedInput has it. */
export interface TypedField extends Row {
  kind: 'typed';
  value: string;
  type: string;
  /** Types that stand for a value themselves, each with a text: `<type>.<name>.<plain>`. */
  plain: readonly string[];
  /** The types that hold a value, in the order in which they are offered. */
  types: readonly string[];
  suggestions?: SuggestionSource;
  several?: true;
  /** Its text may have environment variables in it. */
  variables?: true;
  /** It is read once, when the node starts: nothing of a message. */
  atStart?: true;
  /** Text is the path of a file, and is called so: `<type>.<name>.path`. */
  path?: true;
  /** What a flow means that was saved without the field, if not what a new node has. */
  formerly?: Readonly<{ value: string; type: string }>;
}

export interface ConfigField extends Row {
  kind: 'config';
  value: string;
  /** The type of the config node. */
  of: string;
}

/** Kept with Node-RED's credentials. */
export interface CredentialField extends Row {
  kind: 'credential';
  /** `text` is shown again, `password` never; `lines` is a password of several lines; `hidden` has no row. */
  input: 'text' | 'password' | 'lines' | 'hidden';
}

/** What stands in a dialog and is no field. */
export interface OwnRow extends Pick<Row, 'shown' | 'section'> {
  kind: 'own';
  /** With the class `<type>-<name>`, where it is shown by a rule. */
  html: string;
}

export type Field =
  | TextField
  | NumberField
  | ChoiceField
  | CheckboxField
  | TypedField
  | ConfigField
  | CredentialField
  | OwnRow;

/**
 * In the order of the dialog's rows. A field that a saved flow lacks has the value that it has in a new node, unless it
 * says what it was `formerly`.
 */
export type Fields = Readonly<Record<string, Field>>;

/** A text of the node's own catalogue, by its key there. */
export type TranslateOwn = (key: string, values?: Record<string, string>) => string;

/** A node: from this the build makes its registration and its dialog, and the runtime reads its configuration. */
export interface NodeTable<F extends Fields = Fields> {
  type: string;
  config?: true;
  inputs?: 0 | 1;
  /** How many, or the text of each: `<type>.output.<name>`. */
  outputs?: number | readonly string[];
  /** What a node without a name is called. */
  label(form: Form, translate: TranslateOwn): string;
  fields: F;
  /** When each section is there. */
  sections?: Readonly<Record<string, Rule<boolean>>>;
}

/** Says what a node is, and keeps its exact type. */
export function nodeTable<F extends Fields>(table: NodeTable<F>): NodeTable<F> {
  return table;
}

export function text(row: Omit<TextField, 'kind' | 'value'>, value = ''): TextField {
  return { kind: 'text', value, ...row };
}

export function number(value: string, row: Omit<NumberField, 'kind' | 'value'>): NumberField {
  return { kind: 'number', value, ...row };
}

/** What a number in a unit is in ms or bytes. */
export function unitOf({ unit }: NumberField): number {
  return unit === undefined ? 1 : units[unit];
}

/** One of several; the first of them unless another is given. */
export function choice<Value extends string>(
  options: Readonly<Record<Value, Option>>,
  row: Omit<ChoiceField<NoInfer<Value>>, 'kind' | 'value' | 'options'>,
  value: NoInfer<Value> = Object.keys(options)[0] as Value,
): ChoiceField<Value> {
  return { kind: 'choice', value, options, ...row };
}

export function checkbox(value: boolean, row: Omit<CheckboxField, 'kind' | 'value'> = {}): CheckboxField {
  return { kind: 'checkbox', value, ...row };
}

const elsewhere = ['msg', 'flow', 'global', 'env', 'jsonata'];

type TypedRow = Partial<Omit<TypedField, 'kind'>>;

/** Text, unless other types are given; or from elsewhere. The first type is that of a new node, unless another is given. */
export function typed({ plain = [], types = ['str'], ...row }: TypedRow): TypedField {
  const all = [
    ...types,
    ...elsewhere.filter((type) => !types.includes(type) && !(row.atStart && type === 'msg')),
  ];
  return { kind: 'typed', value: '', type: plain[0] ?? all[0] ?? 'str', plain, types: all, ...row };
}

/** True or false; false in a new node, unless it has a plain type. */
export function flag(row: TypedRow): TypedField {
  return typed({ types: ['bool'], value: row.plain ? '' : 'false', ...row });
}

/** Where in a message the object is. */
export const objectField: TypedField = {
  kind: 'typed',
  icon: 'cube',
  value: 'object',
  type: 'msg',
  plain: [],
  types: ['msg', 'flow', 'global', 'jsonata'],
};

export const nameField: TextField = text({ icon: 'tag' });

export const serviceField: ConfigField = {
  kind: 'config',
  of: 'sync-service',
  icon: 'cloud',
  value: '',
  required: true,
};

export function credential(
  input: CredentialField['input'],
  row: Omit<CredentialField, 'kind' | 'input'> = {},
): CredentialField {
  return { kind: 'credential', input, ...row };
}

export function own(html: string, row: Omit<OwnRow, 'kind' | 'html'> = {}): OwnRow {
  return { kind: 'own', html, ...row };
}

/** Whether Node-RED itself looks whether a field is empty. */
export function isRequiredByEditor(field: Exclude<Field, OwnRow>): boolean {
  return field.kind !== 'typed' && field.required === true && !field.shown && !field.section;
}

/** The credentials that a node keeps, as Node-RED is told of them. */
export function credentialsOf({ fields }: NodeTable): Record<string, { type: 'text' | 'password' }> {
  const kept = Object.entries(fields).flatMap(([name, field]) =>
    field.kind === 'credential'
      ? [[name, { type: field.input === 'text' ? 'text' : 'password' }] as const]
      : [],
  );
  return Object.fromEntries(kept);
}

/** The properties of a node in a saved flow, with their values in a new node. */
export function propertiesOf({ fields }: NodeTable): Record<string, string | boolean> {
  const properties = Object.entries(fields).flatMap(([name, field]): [string, string | boolean][] => {
    if (field.kind === 'own' || field.kind === 'credential') return [];
    if (field.kind !== 'typed') return [[name, field.value]];
    return [
      [name, field.value],
      [`${name}Type`, field.type],
    ];
  });
  return Object.fromEntries(properties);
}

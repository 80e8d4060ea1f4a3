import { positive } from './fields';
import { savedIn } from './saved';
import {
  type CheckboxField,
  type ChoiceField,
  type ConfigField,
  type Field,
  type Fields,
  type NodeTable,
  type NumberField,
  type TextField,
  unitOf,
} from './table';

/** What the dialog calls each field, in English: errors name it so. */
export type Labels = Readonly<Record<string, string>>;

type Plain = TextField | NumberField | ChoiceField | CheckboxField | ConfigField;

type Setting<F extends Field> = F extends NumberField
  ? number
  : F extends CheckboxField
    ? boolean
    : F extends ChoiceField<infer Value>
      ? Value
      : string;

/** What a dialog says beside the fields that are read anew for each message. */
export type Settings<F extends Fields> = {
  readonly [Name in keyof F as F[Name] extends Plain ? Name : never]: Setting<F[Name]>;
};

/** Reads what the dialog of a node has saved: numbers in ms, bytes or counts; what is missing, from the table. */
export function settingsOf<F extends Fields>(table: NodeTable<F>, config: object): Settings<F> {
  const saved = savedIn(table, config);
  const read = Object.entries(table.fields).flatMap(([name, field]) => {
    const value = settingOf(field, saved[name]);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(read) as Settings<F>;
}

function settingOf(field: Field, saved: unknown): string | number | boolean | undefined {
  switch (field.kind) {
    case 'number':
      return positive(saved, Number(field.value), unitOf(field));
    case 'checkbox':
      // A dialog saves true or false; an environment variable in a flow written by hand is text.
      return saved === true || saved === 'true';
    case 'choice':
      // Nothing was chosen in a dialog that did not offer what it had.
      return saved === '' && !('' in field.options) ? field.value : String(saved);
    case 'text':
    case 'config':
      return String(saved);
    default:
      return undefined;
  }
}

/** The labels of a catalogue, without the units that stand behind them. */
export function labelsOf({ label }: { label: Labels }): Labels {
  return Object.fromEntries(
    Object.entries(label).map(([name, text]) => [name, text.replace(/ \([^)]*\)$/, '')]),
  );
}

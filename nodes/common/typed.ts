import type { NodeMessage } from 'node-red';
import { invalidInput } from './failure';
import { describe, type Field, type FieldReader } from './fields';

/** Reads fields that the dialog keeps as `name` and `nameType`. */
export class TypedFields {
  /** @param labels what the dialog calls each, for errors. */
  constructor(
    private readonly reader: FieldReader,
    private readonly config: object,
    private readonly labels: Readonly<Record<string, string>>,
  ) {}

  /** Whether something is entered. */
  isSet(name: string): boolean {
    return this.#field(name).value !== '';
  }

  /** The field's value; undefined where nothing is entered, or the node decides. An empty list is a value. */
  async any(name: string, message: NodeMessage): Promise<unknown> {
    const field = this.#field(name);
    const isEmpty = field.type === 'auto' || (field.value === '' && ['str', 'num'].includes(field.type));
    return isEmpty ? undefined : this.reader.any(field, message);
  }

  /** A path that a field names. See FieldReader. */
  locate(path: string): string {
    return this.reader.locate(path);
  }

  /** The field as text; undefined where it is empty. */
  async text(name: string, message: NodeMessage): Promise<string | undefined> {
    return this.reader.text(this.#field(name), message);
  }

  /** The same, of another place than the dialog names. */
  async textAt(
    name: string,
    place: Pick<Field, 'value' | 'type'>,
    message: NodeMessage,
  ): Promise<string | undefined> {
    return this.reader.text({ label: this.label(name), ...place }, message);
  }

  /** @throws NodeFailure SYNC_INVALID_ARGUMENT where it is empty. */
  async required(name: string, message: NodeMessage): Promise<string> {
    const text = await this.text(name, message);
    if (text === undefined) throw invalidInput(`${this.label(name)} is empty`);
    return text;
  }

  /** The field as truth, also from the words `true` and `false`, as environment variables have them. */
  async flag(name: string, message: NodeMessage): Promise<boolean | undefined> {
    const value = await this.any(name, message);
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value === 'boolean') return value;
    if (value === 'true' || value === 'false') return value === 'true';
    throw invalidInput(`${this.label(name)} must be true or false, not ${describe(value)}`);
  }

  /** The field as a number; undefined where it is empty. */
  async number(name: string, message: NodeMessage): Promise<number | undefined> {
    const text = await this.text(name, message);
    if (text === undefined) return undefined;
    const number = Number(text);
    if (Number.isNaN(number)) throw invalidInput(`${this.label(name)} must be a number, not ${text}`);
    return number;
  }

  /** What the dialog calls a field. */
  label(name: string): string {
    return this.labels[name] ?? name;
  }

  #field(name: string): Field {
    const values = this.config as Record<string, unknown>;
    const type = values[`${name}Type`];
    return {
      label: this.label(name),
      value: String(values[name] ?? ''),
      type: typeof type === 'string' && type !== '' ? type : 'str',
    };
  }
}

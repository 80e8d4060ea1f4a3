import type { NodeMessage } from 'node-red';
import { invalidInput, type NodeFailure, withText } from './failure';
import { asText, describe, type FieldReader, type Source } from './fields';
import { savedIn } from './saved';
import type { Labels } from './settings';
import type { NodeTable } from './table';
import { labelText, sharedText, type Text } from './text';

/** Reads the typed fields of one node for one message after another. */
export class TypedFields {
  readonly #saved: Readonly<Record<string, unknown>>;

  /** @param config what the node's dialog has saved. */
  constructor(
    private readonly reader: FieldReader,
    private readonly table: NodeTable,
    private readonly labels: Labels,
    config: object,
  ) {
    this.#saved = savedIn(table, config);
  }

  /** Whether something is entered. */
  isSet(name: string): boolean {
    return this.#source(name).value !== '';
  }

  /** The type that stands beside a field: where its value is, or what stands for it. */
  typeOf(name: string): string {
    return this.#source(name).type;
  }

  /** The field's value; undefined where nothing is entered, or the node decides. An empty list is a value. */
  async any(name: string, message: NodeMessage): Promise<unknown> {
    const source = this.#source(name);
    const field = this.table.fields[name];
    const isPlain = field?.kind === 'typed' && field.plain.includes(source.type);
    const isEmpty = isPlain || (source.value === '' && ['str', 'num'].includes(source.type));
    if (isEmpty) return undefined;
    const isFilled = field?.kind === 'typed' && field.variables && source.type === 'str';
    try {
      const value = await this.reader.any(source, message);
      return isFilled ? this.reader.fill(String(value), source.label) : value;
    } catch (error) {
      throw withText(error, this.#wrong(name));
    }
  }

  /** A path that a field names. See FieldReader. */
  locate(path: string): string {
    return this.reader.locate(path);
  }

  /** The field as text; undefined where it is empty. */
  async text(name: string, message: NodeMessage): Promise<string | undefined> {
    const value = await this.any(name, message);
    try {
      return asText(value, this.label(name));
    } catch (error) {
      throw withText(error, this.#wrong(name));
    }
  }

  /** The same, from elsewhere than the dialog says. */
  async textFrom(
    name: string,
    source: Pick<Source, 'value' | 'type'>,
    message: NodeMessage,
  ): Promise<string | undefined> {
    return this.reader.text({ label: this.label(name), ...source }, message);
  }

  /** @throws NodeFailure SYNC_INVALID_ARGUMENT where it is empty. */
  async required(name: string, message: NodeMessage): Promise<string> {
    const text = await this.text(name, message);
    if (text === undefined) throw this.missing(name);
    return text;
  }

  /**
   * The failure of a field that is needed and has no value: it says why, and what to do.
   *
   * @param source where the value was looked for, if not where the dialog says.
   */
  missing(name: string, { value, type }: Pick<Source, 'value' | 'type'> = this.#source(name)): NodeFailure {
    const empty = `${this.label(name)} is empty`;
    const text = sharedText('wrong.empty', { field: labelText(this.table.type, name) });
    if (type === 'env') {
      const variable = value.replace(/^\$\{(.+)\}$/, '$1');
      const unset = sharedText('wrong.unset', { name: variable });
      return invalidInput(`${empty}: the environment variable ${variable} is not set`, unset);
    }
    if (type === 'msg') {
      const remedy = 'set it before this node, or enter another value here';
      return invalidInput(`${empty}: the message has no msg.${value}: ${remedy}`, text);
    }
    if (type === 'flow' || type === 'global')
      return invalidInput(`${empty}: ${type}.${value} has no value`, text);
    if (type === 'jsonata') return invalidInput(`${empty}: its expression gives no value`, text);
    return invalidInput(`${empty}: enter it in this node`, text);
  }

  /** The field as truth, also from the words `true` and `false`, as environment variables have them. */
  async flag(name: string, message: NodeMessage): Promise<boolean | undefined> {
    const value = await this.any(name, message);
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value === 'boolean') return value;
    if (value === 'true' || value === 'false') return value === 'true';
    throw this.invalid(name, `${this.label(name)} must be true or false, not ${describe(value)}`);
  }

  /** The field as a number; undefined where it is empty. */
  async number(name: string, message: NodeMessage): Promise<number | undefined> {
    const text = await this.text(name, message);
    if (text === undefined) return undefined;
    const number = Number(text);
    if (Number.isNaN(number)) throw this.invalid(name, `${this.label(name)} must be a number, not ${text}`);
    return number;
  }

  /** Where a field has its value, as errors name it: `msg.object`. */
  placeOf(name: string): string {
    const { label, value, type } = this.#source(name);
    return ['msg', 'flow', 'global'].includes(type) ? `${type}.${value}` : label;
  }

  /** What the dialog calls a field. */
  label(name: string): string {
    return this.labels[name] ?? name;
  }

  /** Does something with the value of a field: what fails there says in the status which field it is. */
  async use<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw withText(error, this.#wrong(name));
    }
  }

  /** The failure of a field whose value cannot be used. */
  invalid(name: string, message: string): NodeFailure {
    return invalidInput(message, this.#wrong(name));
  }

  #wrong(name: string): Text {
    return sharedText('wrong.value', { field: labelText(this.table.type, name) });
  }

  #source(name: string): Source {
    const field = this.table.fields[name];
    if (field?.kind !== 'typed') throw new Error(`${name} is no typed field`);
    const { [name]: value, [`${name}Type`]: type } = this.#saved;
    // An empty path leads nowhere.
    const { value: place, type: preset } = field.formerly ?? field;
    const isNowhere = value === '' && type === 'msg' && preset === 'msg';
    return { label: this.label(name), value: isNowhere ? place : String(value), type: String(type) };
  }
}

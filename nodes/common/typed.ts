import type { NodeMessage } from 'node-red';
import { invalidInput } from './failure';
import { describe, type FieldReader, type Source } from './fields';
import { savedIn } from './saved';
import type { Labels } from './settings';
import type { NodeTable } from './table';

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
    return isEmpty ? undefined : this.reader.any(source, message);
  }

  /** A path that a field names. See FieldReader. */
  locate(path: string): string {
    return this.reader.locate(path);
  }

  /** The field as text; undefined where it is empty. */
  async text(name: string, message: NodeMessage): Promise<string | undefined> {
    return this.reader.text(this.#source(name), message);
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

  #source(name: string): Source {
    const field = this.table.fields[name];
    if (field?.kind !== 'typed') throw new Error(`${name} is no typed field`);
    const { [name]: value, [`${name}Type`]: type } = this.#saved;
    // An empty path leads nowhere.
    const isNowhere = value === '' && type === 'msg' && field.type === 'msg';
    return { label: this.label(name), value: isNowhere ? field.value : String(value), type: String(type) };
  }
}

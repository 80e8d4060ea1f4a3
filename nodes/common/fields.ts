import { resolve } from 'node:path';
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { type Clock, systemClock, type Timer } from '../../src/system/clock';
import { invalidInput, NodeFailure, textOf } from './failure';
import { leastNumber } from './table';
import { type Variables, variablesOf, withVariables } from './variables';

/** Where a value comes from: text, or a place of a type that stands beside it in the dialog. */
export interface Source {
  /** What the dialog calls it: errors name it so. */
  readonly label: string;
  readonly value: string;
  /** `str`, `num`, `bool`, `msg`, `flow`, `global`, `env`, `jsonata`, ... as Node-RED's TypedInput names them. */
  readonly type: string;
}

type Callback = (error: unknown, value: unknown) => void;
type Evaluate = (
  value: string,
  type: string,
  node: Node,
  message: NodeMessage,
  callback: Callback,
) => unknown;

/** How long a JSONata expression or a context store may take, in ms. */
const patience = 10_000;

/** Reads the fields of one node for one message after another. */
export class FieldReader {
  readonly #variables: Variables;

  constructor(
    private readonly RED: Pick<NodeAPI, 'util' | 'settings'>,
    private readonly node: Node,
    private readonly clock: Clock = systemClock,
  ) {
    this.#variables = variablesOf(RED, node);
  }

  /**
   * The field's value, whatever it is; undefined where there is none.
   *
   * @throws NodeFailure SYNC_INVALID_ARGUMENT also when it does not come in time, or is a promise: it may never settle.
   */
  async any(source: Source, message: NodeMessage): Promise<unknown> {
    // In an object, since `await` would wait for a value that is a promise.
    const { value } = await this.#evaluate(source, message);
    if (!this.#isPromise(value, source)) return value;
    throw invalidInput(`${source.label} is a promise: send the message once it is settled`);
  }

  /** @throws NodeFailure where the value throws when it is looked at: a flow may put a proxy into a message. */
  #isPromise(value: unknown, { label }: Source): boolean {
    try {
      return isPromise(value);
    } catch (error) {
      throw invalidInput(`${label} cannot be read: ${textOf(error)}`);
    }
  }

  async #evaluate(source: Source, message: NodeMessage): Promise<{ value: unknown }> {
    try {
      return await this.#inTime(source, message);
    } catch (error) {
      if (error instanceof NodeFailure) throw error;
      // A path through something that is not there, such as msg.object.objectID without msg.object, leads to nothing.
      if (source.type === 'msg' && error instanceof TypeError) return { value: undefined };
      throw invalidInput(`${source.label}: ${textOf(error)}`);
    }
  }

  #inTime({ label, value, type }: Source, message: NodeMessage): Promise<{ value: unknown }> {
    const evaluate = this.RED.util.evaluateNodeProperty as Evaluate;
    return new Promise((resolve, reject) => {
      let timer: Timer | undefined;
      let settled = false;
      evaluate(value, type, this.node, message, (error, found) => {
        settled = true;
        timer?.cancel();
        if (error) reject(error);
        else resolve({ value: found });
      });
      if (settled) return;
      const late = invalidInput(`${label}: no value came within ${patience / 1_000} s`);
      timer = this.clock.after(patience, () => reject(late));
    });
  }

  /** Puts environment variables in place. See withVariables. */
  fill(text: string, label: string): string {
    return withVariables(text, this.#variables, label);
  }

  /** A path as Node-RED's own file nodes take it: from its setting `fileWorkingDirectory`, where there is one. */
  locate(path: string): string {
    const { fileWorkingDirectory } = this.RED.settings as { fileWorkingDirectory?: unknown };
    return typeof fileWorkingDirectory === 'string' ? resolve(fileWorkingDirectory, path) : path;
  }

  /** The field as text, trimmed; undefined where it is empty. Throws when it is neither text nor a number. */
  async text(source: Source, message: NodeMessage): Promise<string | undefined> {
    return asText(await this.any(source, message), source.label);
  }
}

/** A value as text, trimmed; undefined where it is empty. */
export function asText(value: unknown, label: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' && !Number.isFinite(value)) {
    throw invalidInput(`${label} must be text, not ${describe(value)}`);
  }
  return String(value).trim() || undefined;
}

function isPromise(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** What a value is, in words for an error message. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'number') return Number.isFinite(value) ? 'a number' : String(value);
  if (Buffer.isBuffer(value)) return 'a Buffer';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** Whether it is a number above zero, or the text of one: a dialog keeps it as text. */
export function isPositive(value: unknown): boolean {
  return (typeof value === 'string' || typeof value === 'number') && Number(value) >= leastNumber;
}

/** More is never meant, neither ms nor bytes; and there are no dates beyond it. */
const most = 1e15;

/** A number from a dialog; another one where it is none above zero. */
export function positive(value: unknown, otherwise: number, unit: number): number {
  return Math.min(most, (isPositive(value) ? Number(value) : otherwise) * unit);
}

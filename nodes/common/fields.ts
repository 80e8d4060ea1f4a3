import { resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { invalidInput, textOf } from './failure';

/** Where a value comes from: text, or a place of a type that stands beside it in the dialog. */
export interface Source {
  /** What the dialog calls it: errors name it so. */
  readonly label: string;
  readonly value: string;
  /** `str`, `num`, `bool`, `msg`, `flow`, `global`, `env`, `jsonata`, ... as Node-RED's TypedInput names them. */
  readonly type: string;
}

type Evaluate = (value: string, type: string, node: Node, message: NodeMessage) => Promise<unknown>;

/** Reads the fields of one node for one message after another. */
export class FieldReader {
  readonly #evaluate: Evaluate;

  constructor(
    private readonly RED: Pick<NodeAPI, 'util' | 'settings'>,
    private readonly node: Node,
  ) {
    this.#evaluate = promisify(RED.util.evaluateNodeProperty) as Evaluate;
  }

  /** The field's value, whatever it is; undefined where there is none. */
  async any(source: Source, message: NodeMessage): Promise<unknown> {
    try {
      return await this.#evaluate(source.value, source.type, this.node, message);
    } catch (error) {
      // A path through something that is not there, such as msg.object.objectID without msg.object, leads to nothing.
      if (source.type === 'msg' && error instanceof TypeError) return undefined;
      throw invalidInput(`${source.label}: ${textOf(error)}`);
    }
  }

  /** A path as Node-RED's own file nodes take it: from its setting `fileWorkingDirectory`, where there is one. */
  locate(path: string): string {
    const { fileWorkingDirectory } = this.RED.settings as { fileWorkingDirectory?: unknown };
    return typeof fileWorkingDirectory === 'string' ? resolve(fileWorkingDirectory, path) : path;
  }

  /** The field as text, trimmed; undefined where it is empty. Throws when it is neither text nor a number. */
  async text(source: Source, message: NodeMessage): Promise<string | undefined> {
    const value = await this.any(source, message);
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string' && typeof value !== 'number') {
      throw invalidInput(`${source.label} must be text, not ${describe(value)}`);
    }
    return String(value).trim() || undefined;
  }
}

/** What a value is, in words for an error message. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Buffer.isBuffer(value)) return 'a Buffer';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** A number from a dialog, which keeps it as text; another one where it is none above zero. */
export function positive(value: string | number | undefined, otherwise: number): number {
  const number = Number(value);
  return number > 0 ? number : otherwise;
}

import { parseExactJson } from '../../../src/protocol/exact-json';
import type { Answer, Request } from './faults';

/** A version that the service named as the current one of an object. */
export interface Word {
  /** When it was asked for, as Date.now() has it. */
  readonly at: number;
  readonly instanceID: string;
}

/** An acknowledgement that reached a service. */
export interface Acknowledgement {
  readonly objectID: string;
  readonly at: number;
  /** What the service had answered of the object since it was acknowledged before, or ever. */
  readonly words: readonly Word[];
}

/**
 * What a service truly said and was told of each object, whatever became of its answers on their way. Acknowledgements
 * name no version: what one of them was meant for is what its client had been told before.
 */
export class Words {
  readonly acknowledgements: Acknowledgement[] = [];
  readonly #said = new Map<string, Word[]>();

  /** @returns called where it reaches the service; undefined where it is no acknowledgement. */
  acknowledging({ method, path }: Request): (() => void) | undefined {
    const [, objectID] = /\/([^/]+)\/(?:consumed|received|deleted)$/.exec(path) ?? [];
    if (method !== 'PUT' || objectID === undefined) return undefined;
    const acknowledgement = { objectID, at: Date.now(), words: this.#said.get(objectID) ?? [] };
    this.#said.delete(objectID);
    return () => void this.acknowledgements.push(acknowledgement);
  }

  /** @param at when it was asked. */
  heard({ method, path }: Request, at: number, { status, body }: Answer): void {
    if (method !== 'GET' || status !== 200 || !path.startsWith('/api/v1/objects/')) return;
    if (/\/(data|status)$/.test(path)) return;
    for (const entry of [parseExactJson(body.toString())].flat()) {
      const { objectID, instanceID } = (entry ?? {}) as { objectID?: string; instanceID?: unknown };
      if (objectID === undefined) continue;
      const said = this.#said.get(objectID) ?? [];
      said.push({ at, instanceID: String(instanceID) });
      this.#said.set(objectID, said);
    }
  }
}

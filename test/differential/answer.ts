import type { Answered } from '../conformance/exchange';
import { differenceOf, normalAnswered } from '../conformance/normal';

/** The entries of a list by their IDs: a store in memory gives them in no order. */
export function sorted(answered: Answered): Answered {
  const text = answered.body?.toString('latin1') ?? '';
  if (!text.startsWith('[\n  {')) return answered;
  const entries = text.slice(2, -2).split(',\n  {');
  const whole = entries.map((entry, at) => (at === 0 ? entry : `  {${entry}`));
  const idOf = (entry: string): string => /"objectID": "([^"]*)"/.exec(entry)?.[1] ?? '';
  const inOrder = whole.sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1)).join(',\n');
  return { ...answered, body: Buffer.from(`[\n${inOrder}\n]`, 'latin1') };
}

/** Names the versions of one ground in the order in which they show, so that those of two grounds can be compared. */
export class Versions {
  readonly #names = new Map<string, string>();

  named(answered: Answered): Answered {
    if (answered.body === undefined) return answered;
    const text = answered.body.toString('latin1');
    const body = text.replace(
      /"(instanceID|dataID)": ([1-9]\d{12,18})/g,
      (_all, field: string, version: string) => {
        const name = this.#names.get(version) ?? `version ${this.#names.size + 1}`;
        this.#names.set(version, name);
        return `"${field}": "${name}"`;
      },
    );
    return { ...answered, body: Buffer.from(body, 'latin1') };
  }
}

/** Where the answers of two grounds part; undefined where they do not. */
export function parting(first: Answered, second: Answered): string | undefined {
  return differenceOf(normalAnswered(first, undefined), normalAnswered(second, undefined));
}

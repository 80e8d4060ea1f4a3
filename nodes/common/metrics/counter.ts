import type { Family, Labels, Sample } from './exposition';

/** A number that only grows, for each combination of labels. */
export class Counter {
  readonly #samples = new Map<string, Sample>();

  constructor(
    private readonly name: string,
    private readonly help: string,
  ) {}

  add(labels: Labels, by = 1): void {
    const key = JSON.stringify(labels);
    const before = this.#samples.get(key)?.value ?? 0;
    this.#samples.set(key, { labels, value: before + by });
  }

  get family(): Family {
    const { name, help } = this;
    return { name, help, type: 'counter', samples: Array.from(this.#samples.values()) };
  }
}

/** So many values of a label are told apart; a monitoring system keeps a series for each. */
const most = 200;
const longest = 100;

/** Values of a label that users choose. Whatever comes when there are many already is counted together. */
export class BoundedLabel {
  readonly #known = new Set<string>();

  of(value: unknown): string {
    const text = String(value).slice(0, longest);
    if (this.#known.has(text)) return text;
    if (this.#known.size >= most) return '(others)';
    this.#known.add(text);
    return text;
  }
}

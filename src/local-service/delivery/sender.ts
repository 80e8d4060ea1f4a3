import type { CloudLink } from './link';

/** How many updates an ESS takes while its cloud is away: one that it is sending, and two that wait. */
const room = 3;

/** What an edge has to tell its cloud of its own objects: one after the other, and while the cloud is away not at all. */
export class Sender {
  readonly #waiting: Promise<void>[] = [];

  constructor(private readonly cloud: Pick<CloudLink, 'up' | 'untilUp'>) {}

  /**
   * Tells, after all that was to be told before.
   *
   * @param limited the next one waits, once some wait already.
   * @returns resolves as soon as there is room for it.
   */
  async send(tell: () => Promise<void> | undefined, limited: boolean): Promise<void> {
    const before = this.#waiting.at(-1);
    if (!before && this.cloud.up) {
      const telling = tell();
      if (telling) this.#wait(telling);
      return;
    }
    this.#wait(this.#after(before, tell));
    const ahead = this.#waiting[this.#waiting.length - 1 - room];
    if (limited && ahead) await ahead;
  }

  async #after(before: Promise<void> | undefined, tell: () => Promise<void> | undefined): Promise<void> {
    await before;
    await this.cloud.untilUp();
    await tell();
  }

  #wait(telling: Promise<void>): void {
    this.#waiting.push(telling);
    void telling.then(() => this.#waiting.splice(this.#waiting.indexOf(telling), 1));
  }
}

/** How many smaller plans are tried: each takes some hundredths of a second. */
const longestSearch = 600;

/** Looks for a plan with less in it that still breaks the same rule. */
export class Smaller<P> {
  #runs = 0;

  /** @param breaks whether a plan does so. */
  constructor(
    public best: P,
    private readonly breaks: (plan: P) => Promise<boolean>,
  ) {}

  get over(): boolean {
    return this.#runs >= longestSearch;
  }

  /** Goes on as long as it gets smaller. */
  async search(step: () => Promise<void>): Promise<P> {
    for (let before = Number.POSITIVE_INFINITY; this.#size < before && !this.over; ) {
      before = this.#size;
      await step();
    }
    return this.best;
  }

  /** Drops from a list as many as it can, many at once first. */
  async drop<T>(list: readonly T[], planWith: (list: readonly T[]) => P, least = 0): Promise<void> {
    let kept = list;
    for (
      let size = Math.ceil(kept.length / 2);
      size >= 1 && !this.over;
      size = size === 1 ? 0 : Math.ceil(size / 2)
    ) {
      for (let at = 0; at < kept.length && !this.over; ) {
        const fewer = [...kept.slice(0, at), ...kept.slice(at + size)];
        if (fewer.length >= least && (await this.try(planWith(fewer)))) kept = fewer;
        else at += size;
      }
    }
  }

  /** @returns whether it breaks the rule, too: then it is the best from now on. */
  async try(plan: P): Promise<boolean> {
    if (this.over || JSON.stringify(plan) === JSON.stringify(this.best)) return false;
    this.#runs += 1;
    if (!(await this.breaks(plan))) return false;
    this.best = plan;
    return true;
  }

  get #size(): number {
    return JSON.stringify(this.best).length;
  }
}

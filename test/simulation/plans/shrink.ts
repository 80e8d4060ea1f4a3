import type { Rule } from '../oracle/rules';
import { run } from '../run';
import type { Deed, Plan, ReceiverPlan } from './plan';

/** How many smaller plans are tried: each takes some hundredths of a second. */
const longestSearch = 600;

const plain: Deed = { does: 'consume', after: 0 };

/** A plan with as little in it as possible that breaks the same rule. */
export async function shrink(plan: Plan, rule: Rule): Promise<Plan> {
  const search = new Search(plan, rule);
  for (let before = Number.POSITIVE_INFINITY; search.size < before && !search.over; ) {
    before = search.size;
    await search.lists();
    await search.receivers();
    await search.rest();
  }
  return search.best;
}

class Search {
  #runs = 0;

  constructor(
    public best: Plan,
    private readonly rule: Rule,
  ) {}

  get over(): boolean {
    return this.#runs >= longestSearch;
  }

  get size(): number {
    return JSON.stringify(this.best).length;
  }

  async lists(): Promise<void> {
    await this.#drop(this.best.steps, (steps) => ({ ...this.best, steps }));
    await this.#drop(this.best.faults, (faults) => ({ ...this.best, faults }));
    await this.#drop(this.best.receivers, (receivers) => ({ ...this.best, receivers }), 1);
  }

  async receivers(): Promise<void> {
    for (const [index, receiver] of this.best.receivers.entries()) {
      const withDeeds = (deeds: readonly Deed[]): Plan => this.#with(index, { ...receiver, deeds });
      for (let at = 0; at < (this.best.receivers[index]?.deeds.length ?? 0); at += 1) {
        const deeds = this.best.receivers[index]?.deeds ?? [];
        await this.#try(withDeeds(trimmed(deeds.map((deed, other) => (other === at ? plain : deed)))));
      }
      for (const simpler of [{ refuses: [] }, { joins: 0 }, { includeReceived: true }]) {
        const current = this.best.receivers[index];
        if (current) await this.#try(this.#with(index, { ...current, ...simpler }));
      }
    }
  }

  async rest(): Promise<void> {
    await this.#try({ ...this.best, credentials: 'user' });
    await this.#try({ ...this.best, journal: false });
    await this.#try({ ...this.best, latency: [5, 5] });
    for (const [index, fault] of this.best.faults.entries()) {
      const faults = this.best.faults.map((other, at) => (at === index ? { ...fault, times: 1 } : other));
      await this.#try({ ...this.best, faults });
    }
  }

  /** Drops from a list as many as it can, many at once first. */
  async #drop<T>(list: readonly T[], planWith: (list: readonly T[]) => Plan, least = 0): Promise<void> {
    let kept = list;
    for (
      let size = Math.ceil(kept.length / 2);
      size >= 1 && !this.over;
      size = size === 1 ? 0 : Math.ceil(size / 2)
    ) {
      for (let at = 0; at < kept.length && !this.over; ) {
        const fewer = [...kept.slice(0, at), ...kept.slice(at + size)];
        if (fewer.length >= least && (await this.#try(planWith(fewer)))) kept = fewer;
        else at += size;
      }
    }
  }

  async #try(plan: Plan): Promise<boolean> {
    if (this.over || JSON.stringify(plan) === JSON.stringify(this.best)) return false;
    this.#runs += 1;
    const { violations } = await run(plan);
    if (!violations.some(({ rule }) => rule === this.rule)) return false;
    this.best = plan;
    return true;
  }

  #with(index: number, receiver: ReceiverPlan): Plan {
    return {
      ...this.best,
      receivers: this.best.receivers.map((other, at) => (at === index ? receiver : other)),
    };
  }
}

/** Without what would be done anyhow. */
function trimmed(deeds: readonly Deed[]): readonly Deed[] {
  const last = deeds.findLastIndex((deed) => JSON.stringify(deed) !== JSON.stringify(plain));
  return deeds.slice(0, last + 1);
}

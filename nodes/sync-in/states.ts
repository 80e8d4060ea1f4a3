import type { ReceiverState } from '../../src/client';

type Phase = ReceiverState['phase'];

/** What the receivers of one sync-in said last, and in which phases they are: known at once, however many object types there are. */
export class States {
  readonly #byType = new Map<string, ReceiverState>();
  readonly #phases = new Map<Phase, number>();

  get size(): number {
    return this.#byType.size;
  }

  set(objectType: string, state: ReceiverState): void {
    const before = this.#byType.get(objectType);
    if (before) this.#add(before.phase, -1);
    // It keeps its place: what is said of several is said of the first.
    this.#byType.set(objectType, state);
    this.#add(state.phase, 1);
  }

  delete(objectType: string): void {
    const before = this.#byType.get(objectType);
    if (!before) return;
    this.#byType.delete(objectType);
    this.#add(before.phase, -1);
  }

  /** How many are in one of the phases. */
  count(...phases: readonly Phase[]): number {
    return phases.reduce((sum, phase) => sum + (this.#phases.get(phase) ?? 0), 0);
  }

  all(): ReceiverState[] {
    return Array.from(this.#byType.values());
  }

  #add(phase: Phase, by: number): void {
    this.#phases.set(phase, (this.#phases.get(phase) ?? 0) + by);
  }
}

import { badRequest, refusal } from './answer';
import type { LocalEdge } from './edge';

/** The edges that have registered with the cloud, by organization, type and ID. */
export class RegisteredEdges {
  readonly #edges = new Map<string, LocalEdge>();

  get size(): number {
    return this.#edges.size;
  }

  add(edge: LocalEdge): void {
    this.#edges.set(edge.key, edge);
  }

  delete(edge: LocalEdge): void {
    this.#edges.delete(edge.key);
  }

  has(edge: LocalEdge): boolean {
    return this.#edges.get(edge.key) === edge;
  }

  /** @param place as lists of destinations name it. */
  find(organization: string, place: string): LocalEdge | undefined {
    return this.#edges.get(`${organization}/${place}`);
  }

  /** @throws Answer where an entry of a list is none, or names an edge that has not registered. */
  named(organization: string, entry: string): LocalEdge {
    if (!entry.includes(':')) throw badRequest(`Invalid destination ${entry}`);
    const edge = this.find(organization, entry);
    if (!edge) throw refusal(500, `Failed to find destination ${entry}`);
    return edge;
  }

  of(organization: string): LocalEdge[] {
    return Array.from(this.#edges.values()).filter((edge) => edge.organization === organization);
  }
}

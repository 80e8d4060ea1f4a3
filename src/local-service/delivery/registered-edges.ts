import { badRequest, errorResponse } from '../responses/response';
import type { EdgeLink } from './link';

/** The edges that have registered with the cloud, by organization, type and ID. */
export class RegisteredEdges {
  readonly #edges = new Map<string, EdgeLink>();

  get size(): number {
    return this.#edges.size;
  }

  add(edge: EdgeLink): void {
    this.#edges.set(edge.key, edge);
  }

  delete(edge: EdgeLink): void {
    this.#edges.delete(edge.key);
  }

  has(edge: EdgeLink): boolean {
    return this.#edges.get(edge.key) === edge;
  }

  /** @param destination as lists of destinations name it. */
  find(organization: string, destination: string): EdgeLink | undefined {
    return this.#edges.get(`${organization}/${destination}`);
  }

  /** @throws RestResponse where an entry of a list is none, or names an edge that has not registered. */
  named(organization: string, entry: string): EdgeLink {
    if (!entry.includes(':')) throw badRequest(`Invalid destination ${entry}`);
    const edge = this.find(organization, entry);
    if (!edge) throw errorResponse(500, `Failed to find destination ${entry}`);
    return edge;
  }

  of(organization: string): EdgeLink[] {
    return Array.from(this.#edges.values()).filter((edge) => edge.organization === organization);
  }
}

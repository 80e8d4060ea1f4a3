import type { KeptMap } from '../../storage/journal';
import { badRequest, errorResponse } from '../responses/response';
import { destinationOf, type EdgeName } from './destination';
import type { EdgeLink } from './link';

/** An edge as the cloud keeps it: it is one also while it is away. */
export interface RegisteredEdge extends EdgeName {
  readonly organization: string;
}

/** The edges that have registered with the cloud, by organization, type and ID. */
export class RegisteredEdges {
  readonly #links = new Map<string, EdgeLink>();

  constructor(private readonly edges: KeptMap<RegisteredEdge>) {}

  get size(): number {
    return this.edges.size;
  }

  add(edge: EdgeLink): void {
    const { organization, destinationType, destinationID } = edge;
    this.edges.set(keyOf(edge), { organization, destinationType, destinationID });
    this.#links.set(keyOf(edge), edge);
  }

  delete(edge: RegisteredEdge): void {
    this.edges.delete(keyOf(edge));
    this.#links.delete(keyOf(edge));
  }

  has(edge: RegisteredEdge): boolean {
    return this.edges.has(keyOf(edge));
  }

  /** Says to an edge, if it is there, that there is news. */
  wake(organization: string, destination: string): void {
    this.#links.get(`${organization}/${destination}`)?.wake();
  }

  /** Says to all that there may be news: they could not look for a while. */
  wakeAll(): void {
    for (const edge of this.#links.values()) edge.wake();
  }

  /** @throws RestResponse where an entry of a list is none, or names an edge that has not registered. */
  named(organization: string, entry: string): RegisteredEdge {
    if (entry.split(':').length !== 2) throw badRequest(`Invalid destination ${entry}`);
    const edge = this.edges.get(`${organization}/${entry}`);
    if (!edge) throw errorResponse(500, `Failed to find destination ${entry}`);
    return edge;
  }

  find(organization: string, name: EdgeName): RegisteredEdge | undefined {
    return this.edges.get(`${organization}/${destinationOf(name)}`);
  }

  /** Those of an organization, in the order of their names. */
  of(organization: string): RegisteredEdge[] {
    return Array.from(this.edges)
      .filter(([, edge]) => edge.organization === organization)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, edge]) => edge);
  }
}

function keyOf(edge: RegisteredEdge): string {
  return `${edge.organization}/${destinationOf(edge)}`;
}

import type { Answered } from '../conformance/exchange';
import type { RecordedRequest } from '../conformance/records';

export type Node = 'css' | 'ess' | 'ess2';

/** The edges of a ground by the name that their requests have. */
export const edgeNodes = ['ess', 'ess2'] as const;
export type EdgeNode = (typeof edgeNodes)[number];

export interface AskedRequest extends RecordedRequest {
  node: Node;
  path: string;
}

/** A cloud with two edges, the real ones or local ones, that can be brought to rest and asked. */
export interface Ground {
  /** How the edges are named; both grounds have to have the same. */
  readonly organization: string;
  readonly destinationType: string;
  readonly destinationIDs: Readonly<Record<EdgeNode, string>>;
  ask(request: AskedRequest): Promise<Answered>;
  /** From now on these edges do not look at their cloud, until others are named; what they tell it goes through. */
  hold(edges: readonly EdgeNode[]): Promise<void>;
  /** From now on no edge reaches its cloud. */
  loseCloud(): Promise<void>;
  findCloud(): Promise<void>;
  /** Resolves when the edges that are not held have taken all that is for them. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

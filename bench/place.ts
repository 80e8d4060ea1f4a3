import { readFileSync } from 'node:fs';
import { Pool } from 'undici';
import type { SyncServiceClient } from '../src/client';

/** How a contender reaches a service. */
export interface Place {
  address: string;
  organization?: string;
  key: string;
  secret: string;
  /** A certificate to trust, as a file. */
  caFile?: string;
}

/** What a client of ours is made with. */
export function connection({ caFile, ...rest }: Place): ConstructorParameters<typeof SyncServiceClient>[0] {
  return { ...rest, ...(caFile && { tls: { caFile } }) };
}

/** What peers send with each request. */
export function headersOf({ key, secret }: Place): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}` };
}

/** Bare undici. */
export function poolOf({ address, caFile }: Place, connections: number): Pool {
  const connect = caFile === undefined ? {} : { connect: { ca: readFileSync(caFile, 'utf8') } };
  return new Pool(address, { connections, ...connect });
}

/** The sync-service of a flow that speaks to an edge. */
export function serviceNode(id: string, { address, key, secret }: Place): object {
  const credentials = { key, secret };
  return { id, type: 'sync-service', connection: 'address', side: 'edge', address, credentials };
}

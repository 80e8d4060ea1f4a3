import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { ObjectMetadata } from '../../src/client';
import { contentOf } from './content';
import { metadataOf } from './metadata';
import { serve } from './server';

/** A CSS with one object of any size, whose data it gives whole or by ranges. */
export interface DataService {
  address: string;
  metadata: ObjectMetadata;
  /** The first bytes that were asked for, in order: undefined for all of them. */
  asked: (number | undefined)[];
  /** Called before the data is given: it may answer itself, and say so. */
  before: (request: IncomingMessage, response: ServerResponse) => boolean;
  close(): Promise<void>;
}

export async function dataService(size: number, fields: Partial<ObjectMetadata> = {}): Promise<DataService> {
  const service: Omit<DataService, 'address' | 'close'> = {
    metadata: metadataOf({ objectSize: size, ...fields }),
    asked: [],
    before: () => false,
  };
  const server = await serve((request, response) => {
    if (!request.url?.endsWith('/data')) {
      response.end(JSON.stringify(service.metadata).replace(/"(\d{19})"/g, '$1'));
      return;
    }
    const [, first, last] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
    service.asked.push(first === undefined ? undefined : Number(first));
    if (service.before(request, response)) return;
    const [start, end] = first === undefined ? [0, size] : [Number(first), Number(last) + 1];
    const headers = first === undefined ? {} : { 'content-range': `bytes ${first}-${last}/${size}` };
    response.writeHead(first === undefined ? 200 : 206, headers);
    Readable.from(contentOf(start, end)).pipe(response);
  });
  return Object.assign(service, server);
}

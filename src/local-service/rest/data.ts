import type { LocalCloud } from '../delivery/cloud';
import type { LocalEdge } from '../delivery/edge';
import { badRequest, broken, done, errorResponse, nothing, RestResponse } from '../responses/response';
import { refuseReceived } from '../responses/wrong-state';
import type { ObjectName, StoredObject } from '../store/objects';
import { type Range, readContentRange, readRange, unitLength } from './ranges';
import type { RestRequest } from './request';

const octets = 'application/octet-stream';
/** From this size on, in bytes, whole data from a file is sent chunked, without a Content-Length. */
const copied = 512;
/** How many zeros a range is padded with at most beyond the end: the real service goes on until its memory is full. */
const longestPadding = 16_777_216;

/**
 * Data, or the range of it that was asked for. The header is read before the object is looked for.
 *
 * @param all whether who asks may read all objects, or else public ones.
 */
export async function getData(request: RestRequest, name: ObjectName, all: boolean): Promise<RestResponse> {
  const { service, incoming } = request;
  const object = service.store.get(...name);
  if (!all && !object?.metadata.public) {
    return errorResponse(403, 'Unauthorized. The object may not exist or be public.');
  }
  const { range: header } = incoming.headers;
  const { faults } = service;
  // A file without bytes is there, and nothing in memory is not.
  const kept = service.data(name);
  const data = kept?.length === 0 && !service.keepsFiles ? undefined : kept;
  if (!header)
    return data ? whole(request, 200, faults.endsDataWithError ? cut(data) : data, octets) : nothing;
  if (faults.breaksOnShortRanges && header.length < unitLength) return broken;
  try {
    const range = readRange(header);
    const bytes = Math.min(range.last - range.first + 1, data?.length ?? 0);
    if (faults.limitsRanges && !(await service.rangeReads.read(bytes))) return busy;
    return object && data ? partOf(object, data, range, faults.padsRanges) : nothing;
  } catch (refused) {
    if (!faults.sendsDataBehindErrors || !data || !(refused instanceof RestResponse)) throw refused;
    const body = Buffer.concat([Buffer.from(refused.body), data]);
    return whole(request, refused.status, body, refused.contentType);
  }
}

const busy = errorResponse(429, 'Error in handleObjects: Unable to acquire object semaphore.');

/** Go copies a file straight to a connection without TLS: what does not end with the first piece goes in chunks. */
function whole(
  { service, incoming }: RestRequest,
  status: number,
  body: Buffer,
  contentType: string | undefined,
): RestResponse {
  const inChunks = service.keepsFiles && !('encrypted' in incoming.socket) && body.length >= copied;
  return new RestResponse(status, body, contentType, {
    headers: inChunks ? { 'transfer-encoding': 'chunked' } : {},
  });
}

function cut(data: Buffer): Buffer {
  return Buffer.concat([data.subarray(0, data.length / 2), Buffer.from('Failed to read the data\n')]);
}

/** Beyond its end data is filled up with zeros by a store on files, and cut by one in memory. */
function partOf(
  { metadata }: StoredObject,
  data: Buffer,
  { first, last }: Range,
  pads: boolean,
): RestResponse {
  const size = last - first + 1;
  const there = data.subarray(first, last + 1);
  const padded = Math.min(size, there.length + longestPadding);
  const body =
    pads && padded > there.length ? Buffer.concat([there, Buffer.alloc(padded - there.length)]) : there;
  if (body.length === 0) return nothing;
  if (size >= metadata.objectSize) return new RestResponse(200, body, octets);
  const end = last + 1 >= data.length ? metadata.objectSize - 1 : last;
  const headers = { 'content-range': `bytes ${first}-${end}/${metadata.objectSize}` };
  return new RestResponse(206, body, octets, { headers });
}

/**
 * A chunk of an upload: a store on files fails at each that has bytes, one in memory takes them and never puts them
 * together.
 */
export function putChunk(
  service: LocalCloud | LocalEdge,
  name: ObjectName,
  contentRange: string,
  chunk: Buffer,
): RestResponse {
  const { first } = readContentRange(contentRange);
  const object = service.store.get(...name);
  if (!object) return nothing;
  refuseReceived(object, "Can't update data of the receiving side");
  if (object.metadata.noData) return badRequest("Can't update data, the NoData flag is set to true");
  if (!service.keepsFiles) {
    service.store.change(name[0], object, { data: withChunk(object.data, first, chunk) });
    return done;
  }
  const begun = object.data !== undefined || service.begunUploads.has(object);
  if (first !== 0 && !begun) return errorResponse(500, 'No path to store data');
  service.begunUploads.add(object);
  return chunk.length > 0 ? errorResponse(500, 'Failed to write all the data to file.') : done;
}

/** The first one begins anew. */
function withChunk(data: Buffer | undefined, first: number, chunk: Buffer): Buffer {
  const before = first === 0 ? Buffer.alloc(0) : (data ?? Buffer.alloc(0));
  const size = Math.max(before.length, first + chunk.length);
  const whole = Buffer.alloc(size);
  before.copy(whole);
  chunk.copy(whole, first);
  return whole;
}

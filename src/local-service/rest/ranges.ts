import type { Faults } from '../delivery/faults';
import { badRequest, broken, errorResponse, nothing, RestResponse } from '../responses/response';
import type { StoredObject } from '../store/objects';

const octets = 'application/octet-stream';
const unitLength = 'bytes='.length;

/**
 * Data, or the range of it that was asked for. Beyond the end the data is cut, as the real service's store in memory
 * has it.
 */
export function dataResponse(data: Buffer, range: string | undefined, faults: Faults): RestResponse {
  if (range === undefined) return new RestResponse(200, faults.endsDataWithError ? cut(data) : data, octets);
  if (faults.breaksOnShortRanges && range.length < unitLength) return broken;
  try {
    return rangeResponse(data, range, faults);
  } catch (refused) {
    if (!faults.sendsDataBehindErrors || !(refused instanceof RestResponse)) throw refused;
    const body = Buffer.concat([Buffer.from(refused.body), data]);
    return new RestResponse(refused.status, body, refused.contentType);
  }
}

function cut(data: Buffer): Buffer {
  return Buffer.concat([data.subarray(0, data.length / 2), Buffer.from('Failed to read the data\n')]);
}

function rangeResponse(data: Buffer, range: string, { padsRanges }: Faults): RestResponse {
  const { first, last } = readRange(range);
  if (padsRanges && last >= data.length) return paddedResponse(data, first, last);
  if (first >= data.length) return nothing;
  const wanted = data.subarray(first, last + 1);
  if (last - first + 1 >= data.length || last >= data.length) return new RestResponse(200, wanted, octets);
  const headers = { 'content-range': `bytes ${first}-${last}/${data.length}` };
  return new RestResponse(206, wanted, octets, { headers });
}

function paddedResponse(data: Buffer, first: number, last: number): RestResponse {
  const padded = Buffer.alloc(last - first + 1);
  data.subarray(first).copy(padded);
  if (padded.length >= data.length) return new RestResponse(200, padded, octets);
  const headers = { 'content-range': `bytes ${first}-${data.length - 1}/${data.length}` };
  return new RestResponse(206, padded, octets, { headers });
}

/** The unit is not looked at: six signs stand for it. */
function readRange(header: string): { first: number; last: number } {
  const parts = header.slice(unitLength).split('-');
  if (header.length < unitLength || parts.length !== 2)
    throw badRequest(`Failed to parse Range header: ${header}`);
  const [first, last] = [
    numberOf(parts[0] ?? '', 'begin offset from Range header'),
    numberOf(parts[1] ?? '', 'end offset from Range header'),
  ];
  if (first > last) throw badRequest('Begin offset cannot be greater than end offset');
  return { first, last };
}

function numberOf(text: string, what: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw badRequest(`Failed to get ${what}: strconv.ParseInt: parsing "${text}": invalid syntax`);
}

/** A chunk of an upload: the store that is imitated cannot put chunks together, and neither can the real one on files. */
export function chunkResponse(
  contentRange: string,
  object: StoredObject,
  begun: WeakSet<StoredObject>,
): RestResponse {
  const failed = 'Failed to parse Content-Range header, Error:';
  const match = /^.*?(\S*)-(\S*)\/(\S*)$/.exec(contentRange.replace(/^bytes\s+/, ''));
  if (!match) return badRequest(`${failed} Failed to parse Content-Range header: ${contentRange}`);
  const [, first = '', last = '', total = ''] = match;
  if (!/^\d+$/.test(total)) {
    return badRequest(
      `${failed} Failed to get total size from Content-Range header: strconv.ParseInt: parsing "${total}": invalid syntax`,
    );
  }
  if (Number(first) > Number(last)) {
    return badRequest(`${failed} Begin offset cannot be greater than end offset`);
  }
  if (Number(first) === 0) begun.add(object);
  const text = begun.has(object) ? 'Failed to write all the data to file.' : 'No path to store data';
  return errorResponse(500, text);
}

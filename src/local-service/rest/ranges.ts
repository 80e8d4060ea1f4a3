import { badRequest } from '../responses/response';
import { parseInt64 } from './go-numbers';

export interface Range {
  first: number;
  last: number;
}

/** The real service skips six characters for `bytes=`, whatever they are. */
export const unitLength = 'bytes='.length;

/**
 * Reads a Range header.
 *
 * @throws RestResponse 400 with the service's own words.
 */
export function readRange(header: string): Range {
  const parts = header.slice(unitLength).split('-');
  const [from = '', to = '', ...more] = parts;
  if (header.length < unitLength || parts.length < 2 || more.length > 0) {
    throw badRequest(`Failed to parse Range header: ${header}`);
  }
  const range = {
    first: offsetOf(from, 'Failed to get begin offset from Range header:'),
    last: offsetOf(to, 'Failed to get end offset from Range header:'),
  };
  if (range.first > range.last) throw badRequest('Begin offset cannot be greater than end offset');
  return range;
}

/**
 * Reads a Content-Range header.
 *
 * @throws RestResponse 400 with the service's own words.
 */
export function readContentRange(header: string): Range {
  const failed = 'Failed to parse Content-Range header, Error:';
  const [range = '', total, ...more] = header.replaceAll('bytes ', '').split('/');
  if (total === undefined || more.length > 0) {
    throw badRequest(`${failed} Failed to parse Content-Range header: ${header}`);
  }
  offsetOf(total, `${failed} Failed to get total size from Content-Range header:`);
  const [from = '', to, ...others] = range.split('-');
  if (to === undefined || others.length > 0) {
    throw badRequest(`${failed} Failed to get offsets from Content-Range header: ${header}`);
  }
  const first = offsetOf(from, `${failed} Failed to get start offset from Content-Range header:`);
  const last = offsetOf(to, `${failed} Failed to get end offset from Content-Range header:`);
  if (first > last) throw badRequest(`${failed} Begin offset cannot be greater than end offset`);
  return { first, last };
}

function offsetOf(text: string, failed: string): number {
  const { value, error } = parseInt64(text);
  if (value === undefined) throw badRequest(`${failed} ${error}`);
  return Number(value);
}

import { posix } from 'node:path';
import { RestResponse } from '../responses/response';
import { escaped } from './request';

/** The parts of a path between its slashes; undefined where it is none. Bytes that are no text are none in a name, either. */
export function decoded(path: string): string[] | undefined {
  if (/%(?![0-9a-f]{2})/i.test(path)) return undefined;
  const bytes = path.replace(/%(..)/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString().split('/');
}

/** Where Go's router sends a client on, before anything else is looked at: to a path without dots and doubled slashes. */
export function redirection(
  path: string,
  search: string,
  method: string,
  nodeType: 'CSS' | 'ESS',
): RestResponse | undefined {
  const clean = cleaned(path);
  const folders = nodeType === 'CSS' ? ['objects', 'destinations', 'security'] : ['objects'];
  const isFolder = folders.some((folder) => clean === `/api/v1/${folder}`);
  if (clean === path && !isFolder) return undefined;
  const location = `${inUrl(isFolder ? `${clean}/` : clean)}${search && `?${search}`}`;
  const body = method === 'GET' ? `<a href="${escaped(location)}">Temporary Redirect</a>.\n\n` : '';
  const type = method === 'GET' || method === 'HEAD' ? 'text/html; charset=utf-8' : undefined;
  return new RestResponse(307, body, type, { headers: { location }, bare: true });
}

function cleaned(path: string): string {
  return posix.normalize(path.startsWith('/') ? path : `/${path}`);
}

/** As Go writes a path, of which it takes what is escaped already for text. */
function inUrl(path: string): string {
  return encodeURIComponent(path)
    .replace(/[!*'()]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%(?:24|26|2B|2C|2F|3A|3B|3D|40)/g, decodeURIComponent);
}

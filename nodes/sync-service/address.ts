/** What the field of an address takes: its scheme tells how to connect, and what follows it is not empty. */
export const addressForm = /^(https?:\/\/|(secure-)?unix:\/\/\/).+$/;

/** The paths of the API, as its documentation has them behind the address; the client puts them there itself. */
const api = /\/api\/v1\/*$/;

export function endsInApi(address: string): boolean {
  return api.test(address);
}

export function withoutApi(address: string): string {
  return address.replace(api, '');
}

/** Whether TLS is spoken there. */
export function isSecure(address: string): boolean {
  return /^(?:https|secure-unix):/i.test(address);
}

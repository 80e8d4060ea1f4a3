import type { Evidence } from './judge';

/** Whether a path is that of the list of an object type. */
export function isList(path: string): boolean {
  return /^\/api\/v1\/objects\/(?:demo\/)?[a-z-]+(?:\?|$)/.test(path);
}

/** Whether the list at a path is that of the type of an object. */
export function isOfType(path: string, objectID: string): boolean {
  const [bare = ''] = path.split('?');
  return bare.endsWith(`/${objectID.replace(/-\d+$/, '')}`);
}

/** What happened to an object, in order: for whoever has to find out why it is lost. */
export function historyOf(objectID: string, { seen, thrown, disturbances }: Evidence): string[] {
  const events = [
    ...seen
      .filter((each) => each.objectID === objectID)
      .map(({ at, what, receiver, instanceID, code = '' }) => ({
        at,
        text: `${receiver}: ${what} ${instanceID.slice(-9)} ${code}`,
      })),
    ...thrown
      .filter(
        ({ path }) => path.split(/[/?]/).includes(objectID) || (isList(path) && isOfType(path, objectID)),
      )
      .map(({ at, method, path, name }) => ({ at, text: `${method} ${path}: ${name}` })),
  ];
  const [first, last] = [Math.min(...events.map(({ at }) => at)), Math.max(...events.map(({ at }) => at))];
  const around = disturbances
    .filter(({ from, to }) => to >= first && from <= last)
    .map(({ from, to, name }) => ({ at: from, text: `${name}, for ${to - from} ms` }));
  return [...events, ...around]
    .toSorted((one, other) => one.at - other.at)
    .map(({ at, text }) => `  +${at - first} ms ${text}`);
}

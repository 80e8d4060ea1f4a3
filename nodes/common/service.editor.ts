import { wordsOf } from './words';

/** The part of a sync-service config node that other dialogs need. */
export interface SyncServiceNode extends EditorNode {
  connection: 'openhorizon' | 'address' | 'local';
  side: 'cloud' | 'edge';
}

/** What a dialog asks suggestions for; the names of its own fields where these narrow the answer. */
export interface Wish {
  what: 'objectTypes' | 'objectIDs' | 'destinationTypes' | 'destinationIDs' | 'destinations';
  objectType?: () => string;
  destinationType?: () => string;
}

/** Which service a node has: CSS, ESS, or undefined while none is chosen. */
export function kindOf(serviceID: unknown): 'CSS' | 'ESS' | undefined {
  const service = RED.nodes.node(String(serviceID)) as SyncServiceNode | null | undefined;
  if (service?.type !== 'sync-service') return undefined;
  return service.connection === 'openhorizon' || service.side === 'edge' ? 'ESS' : 'CSS';
}

/** The service that the open dialog has chosen. */
export function chosenService(): string {
  return String($('#node-input-service').val() ?? '');
}

/** The search function of a field with suggestions; what does not come from the service is still free to be typed. */
export function suggest(wish: Wish): (value: string, done: (found: Suggestion[]) => void) => void {
  return (value, done) => {
    ask(wish, (found) => {
      const all = wish.what === 'objectTypes' ? [...found, ...typesOfFlows()] : found;
      const fitting = Array.from(new Set(all)).filter((each) =>
        each.toLowerCase().includes(value.trim().toLowerCase()),
      );
      // What was typed comes first: Tab and Enter take the first of the list, and must not put another in its place.
      const typed = value.trim();
      const listed = fitting.length > 0 && typed !== '' ? [typed, ...fitting.sort()] : fitting.sort();
      done(Array.from(new Set(listed), (each) => ({ value: each, label: each })));
    });
  };
}

/** The same where several are written one after the other: the last of them is being typed. */
export function suggestLast(wish: Wish): (value: string, done: (found: Suggestion[]) => void) => void {
  const search = suggest(wish);
  return (value, done) => {
    const [, before = '', last = ''] = /^(.*[\s,])?([^\s,]*)$/.exec(value) ?? [];
    search(last, (found) => done(found.map((each) => ({ ...each, value: `${before}${each.value}` }))));
  };
}

function ask(wish: Wish, done: (found: string[]) => void): void {
  const query = {
    what: wish.what,
    objectType: wish.objectType?.() ?? '',
    destinationType: wish.destinationType?.() ?? '',
  };
  askService<string[]>('suggestions', query, (found) => done(found ?? []));
}

/** How many edges are registered with the chosen service; undefined where it does not tell. */
export function countEdges(done: (count: number | undefined) => void): void {
  askService<{ count: number }>('edges', {}, (answer) => done(answer?.count));
}

/** Relative URLs, so that they hold under httpAdminRoot; by jQuery, which sends the token of whoever is logged in. */
function askService<T>(
  what: 'suggestions' | 'edges',
  wish: object,
  done: (answer: T | undefined) => void,
): void {
  const service = RED.nodes.node(chosenService());
  const nothing = (): void => done(undefined);
  if (!service) {
    nothing();
    return;
  }
  const askAsDrafted = (): void => {
    postJson(`sync-service/${what}`, { draft: draftOf(service), wish }).then(done, nothing);
  };
  if (service.changed) askAsDrafted();
  else {
    $.getJSON(`sync-service/${service.id}/${what}`, wish).then(done, (answer: JQuery.jqXHR) =>
      answer.status === 404 ? askAsDrafted() : nothing(),
    );
  }
}

export function postJson(url: string, body: object): JQuery.jqXHR {
  return $.ajax({ url, method: 'POST', contentType: 'application/json', data: JSON.stringify(body) });
}

/** The fields of a sync-service that decide how it connects. */
export const connectionFields = [
  'connection',
  'side',
  'address',
  'organization',
  'edgeType',
  'edgeID',
  'caFile',
  'tls',
  'proxy',
] as const;

function draftOf(service: EditorNode): object {
  const { key = '', secret, has_secret } = service.credentials ?? {};
  const values = service as unknown as Record<string, unknown>;
  return {
    id: service.id,
    settings: Object.fromEntries(connectionFields.map((field) => [field, values[field]])),
    credentials: { key, secret: secret || (has_secret ? '__PWRD__' : '') },
  };
}

/** The types that nodes of the flows name: an ESS lists none. */
function typesOfFlows(): string[] {
  const found: string[] = [];
  RED.nodes.eachNode((node) => {
    if (!node.type.startsWith('sync-')) return;
    const { objectTypes, objectType, objectTypeType } = node as unknown as Record<string, unknown>;
    if (typeof objectTypes === 'string') found.push(...wordsOf(objectTypes));
    if (typeof objectType === 'string' && objectTypeType === 'str') found.push(objectType);
  });
  return found.filter((type) => type !== '');
}

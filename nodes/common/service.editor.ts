import type { Kind } from './form';

/** The part of a sync-service config node that other dialogs need. */
export interface SyncServiceNode extends EditorNode {
  connection?: '' | 'openhorizon' | 'address' | 'local';
  side: 'cloud' | 'edge';
}

/** Which service a node has: CSS, ESS, or undefined while none is chosen. */
export function kindOf(serviceID: unknown): Kind | undefined {
  const service = RED.nodes.node(String(serviceID)) as SyncServiceNode | null | undefined;
  if (service?.type !== 'sync-service' || service.connection === '') return undefined;
  return service.connection === 'openhorizon' || service.side === 'edge' ? 'ESS' : 'CSS';
}

/** The service that the open dialog has chosen. */
export function chosenService(): string {
  return String($('#node-input-service').val() ?? '');
}

/** How many edges are registered with the chosen service; undefined where it does not tell. */
export function countEdges(done: (count: number | undefined) => void): void {
  askService<{ count: number }>('edges', {}, (answer) => done(answer?.count));
}

/** Relative URLs, so that they hold under httpAdminRoot; by jQuery, which sends the token of whoever is logged in. */
export function askService<T>(
  what: 'suggestions' | 'edges',
  suggestion: object,
  done: (answer: T | undefined) => void,
): void {
  const service = RED.nodes.node(chosenService());
  const nothing = (): void => done(undefined);
  if (!service) {
    nothing();
    return;
  }
  const askAsDrafted = (): void => {
    postJson(`sync-service/${what}`, { draft: draftOf(service), suggestion }).then(done, nothing);
  };
  if (service.changed) askAsDrafted();
  else {
    $.getJSON(`sync-service/${service.id}/${what}`, suggestion).then(done, (answer: JQuery.jqXHR) =>
      answer.status === 404 ? askAsDrafted() : nothing(),
    );
  }
}

export function postJson(url: string, body: object): JQuery.jqXHR {
  return $.ajax({ url, method: 'POST', contentType: 'application/json', data: JSON.stringify(body) });
}

function draftOf(service: EditorNode): object {
  const { key = '', secret, has_secret } = service.credentials ?? {};
  const values = service as unknown as Record<string, unknown>;
  const fields = Object.keys(service._def?.defaults ?? {});
  return {
    id: service.id,
    settings: Object.fromEntries(fields.map((field) => [field, values[field]])),
    credentials: { key, secret: secret || (has_secret ? '__PWRD__' : '') },
  };
}

import type { NodeAPI } from 'node-red';
import { type Diagnosis, diagnose, findingOf } from '../../src/client/diagnosis';
import { NodeFailure } from '../common/failure';
import type { OpenedClient } from './connection';

import { type Draft, deployed, openDraft } from './draft';
import { edgeCount, type SuggestionRequest, suggestions } from './suggestions';

/**
 * The routes that the dialogs ask. What a dialog says but nobody has deployed is tried only for those who might deploy
 * it: it makes this Node-RED connect to an address of their choice.
 */
export function serveDialogs(RED: NodeAPI): void {
  const mayWrite = RED.auth.needsPermission('sync-service.write');
  const mayRead = RED.auth.needsPermission('sync-service.read');

  RED.httpAdmin.post('/sync-service/test', mayWrite, (request, response) => {
    respond(response, () => testOf(RED, request.body as Draft));
  });

  RED.httpAdmin.post('/sync-service/suggestions', mayWrite, (request, response) => {
    const { draft, suggestion } = request.body as { draft: Draft; suggestion: SuggestionRequest };
    respond(response, () => using(openDraft(RED, draft), (client) => suggestions(client, suggestion)));
  });

  RED.httpAdmin.post('/sync-service/edges', mayWrite, (request, response) => {
    const { draft } = request.body as { draft: Draft };
    respond(response, () => using(openDraft(RED, draft), (client) => edgeCount(client)));
  });

  RED.httpAdmin.get('/sync-service/:id/edges', mayRead, (request, response) => {
    const service = deployed(RED, String(request.params.id));
    if (service) respond(response, () => service.connection.use((client) => edgeCount(client)));
    else response.status(404).end();
  });

  RED.httpAdmin.get('/sync-service/:id/suggestions', mayRead, (request, response) => {
    const service = deployed(RED, String(request.params.id));
    if (!service) {
      response.status(404).end();
      return;
    }
    const suggestion = request.query as unknown as SuggestionRequest;
    respond(response, () => service.connection.use((client) => suggestions(client, suggestion)));
  });
}

async function testOf(RED: NodeAPI, draft: Draft): Promise<Diagnosis> {
  try {
    return await using(openDraft(RED, draft), (client) => diagnose(client));
  } catch (error) {
    return told(error);
  }
}

/** What the dialog of this package is not complete for is said in its own words. */
function told(error: unknown): Diagnosis {
  return error instanceof NodeFailure
    ? { good: false, finding: 'invalid', detail: error.message }
    : findingOf(error);
}

async function using<T>(
  opening: Promise<OpenedClient>,
  work: (client: OpenedClient['client']) => Promise<T>,
): Promise<T> {
  const { client, release } = await opening;
  try {
    return await work(client);
  } finally {
    await client.close();
    release();
  }
}

interface Response {
  status(code: number): Response;
  json(body: unknown): unknown;
}

/** An answer in any case: a dialog shows a failure as a sentence. */
function respond(response: Response, work: () => Promise<unknown>): void {
  work()
    .then((result) => response.json(result))
    .catch((error: unknown) => response.status(502).json(told(error)));
}

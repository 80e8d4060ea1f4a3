import type { NodeAPI } from 'node-red';
import { type Diagnosis, diagnose, findingOf } from '../../src/client/diagnosis';
import { NodeFailure } from '../common/failure';
import type { OpenedClient } from './connection';
import { type Draft, deployed, draftIn, openDraft } from './draft';
import { reachesIntoMachine } from './reach';
import { edgeCount, type SuggestionRequest, suggestions } from './suggestions';

/**
 * The routes that the dialogs ask. What a dialog says but nobody has deployed is tried only for those who might deploy
 * it: it makes this Node-RED connect to an address of their choice.
 */
export function serveDialogs(RED: NodeAPI): void {
  const mayWrite = RED.auth.needsPermission('sync-service.write');
  const mayDeploy = RED.auth.needsPermission('flows.write');
  const mayRead = RED.auth.needsPermission('sync-service.read');

  /** Answers what is asked of a draft, to those who may have it tried. */
  const of =
    (work: (draft: Draft, asked: SuggestionRequest) => Promise<unknown>): Handler =>
    (request, response, next) => {
      const { draft: within, suggestion } = (request.body ?? {}) as { draft?: unknown; suggestion?: unknown };
      const draft = draftIn(within ?? request.body);
      if (!draft) {
        response.status(400).end();
        return;
      }
      const asked = (suggestion ?? {}) as SuggestionRequest;
      const answer = (): void => respond(response, () => work(draft, asked));
      if (reachesIntoMachine(RED, draft))
        mayDeploy(request, response, (error) => (error ? next(error) : answer()));
      else answer();
    };

  const test = of((draft) => testOf(RED, draft));
  const suggest = of((draft, asked) => using(openDraft(RED, draft), (client) => suggestions(client, asked)));
  const countEdges = of((draft) => using(openDraft(RED, draft), (client) => edgeCount(client)));
  RED.httpAdmin.post('/sync-service/test', mayWrite, test);
  RED.httpAdmin.post('/sync-service/suggestions', mayWrite, suggest);
  RED.httpAdmin.post('/sync-service/edges', mayWrite, countEdges);

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

type Handler = ReturnType<NodeAPI['auth']['needsPermission']>;

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

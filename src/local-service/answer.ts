/** What a request is answered with; thrown where the answer is a refusal. */
export class Answer {
  constructor(
    readonly status: number,
    readonly body: string | Buffer = '',
    readonly contentType: string | undefined = undefined,
  ) {}
}

/** Errors of the service are plain text with a newline behind, never JSON. */
export function refusal(status: number, text: string): Answer {
  return new Answer(status, `${text}\n`, 'text/plain; charset=utf-8');
}

export function badRequest(text: string): Answer {
  return refusal(400, text);
}

export const done = new Answer(204);
/** Unknown objects, and "no updates": no body at all. */
export const nothing = new Answer(404);
/** Wrong credentials: never 401, and no newline. */
export const unauthorized = new Answer(403, 'Unauthorized', 'text/plain; charset=utf-8');

import type { Operation, Plan } from '../plans/plan';
import { type Appearance, objectType } from './publications';
import type { Mark, Service } from './service';

export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** The objects that it shows. */
  shows?: readonly Appearance[];
}

/** A request as the service has it. */
export interface Asked {
  method: string;
  path: string;
  /** Whose application sent it. */
  by: string;
  /** The version of the object that this one had been told of last. */
  knew?: Appearance | undefined;
}

const marks: readonly string[] = ['consumed', 'received', 'deleted'] satisfies Mark[];

/** What a request is about, for the faults that befall only some. */
export function operationOf({ path }: Pick<Asked, 'path'>): Operation {
  if (path.startsWith('/api/v1/health')) return 'health';
  const [names = '', query = ''] = path.split('?');
  const [objectID, word] = afterType(names);
  if (objectID === undefined) return query.includes('received=true') ? 'received list' : 'list';
  if (word === undefined || word === 'status') return word ?? 'metadata';
  return marks.includes(word) ? 'mark' : 'data';
}

/** The service's answers to requests, as `behaviour.md` has them. */
export class Rest {
  constructor(
    private readonly service: Service,
    private readonly plan: Pick<Plan, 'service' | 'credentials'>,
  ) {}

  /** Does what is asked; `reply` may be called much later. */
  answer(asked: Asked, reply: (reply: Reply) => void): void {
    const operation = operationOf(asked);
    const [objectID = '', word = ''] = afterType(asked.path.split('?')[0] ?? '');
    switch (operation) {
      case 'health':
        reply(
          json(
            `{"general":{"nodeType":"${this.plan.service}","healthStatus":"green","upTime":5},"dbHealth":{}}`,
          ),
        );
        return;
      case 'list':
      case 'received list':
        reply(this.#list(operation === 'received list'));
        return;
      case 'mark':
        this.service.whenUnlocked(objectID, () => this.#mark(objectID, word as Mark, asked, reply));
        return;
      case 'metadata':
        this.service.whenUnlocked(objectID, () => {
          const found = this.service.find(objectID);
          reply(found ? { ...json(found.json), shows: [found] } : this.#nothing());
        });
        return;
      case 'status':
        this.service.whenUnlocked(objectID, () => {
          const found = this.service.find(objectID);
          reply(found ? text(200, 'completelyReceived') : this.#nothing());
        });
        return;
      case 'data':
        this.service.whenUnlocked(objectID, () => {
          const data = this.service.dataOf(objectID);
          const found = this.service.find(objectID) !== undefined;
          if (data !== undefined)
            reply({ status: 200, headers: { 'content-type': 'application/octet-stream' }, body: data });
          else reply(found ? empty(404) : this.#nothing());
        });
        return;
    }
  }

  /** Whether it is about an object that nobody has marked yet. */
  isFresh(asked: Asked): boolean {
    return this.service.list(false).some(({ objectID }) => objectID === objectOf(asked));
  }

  #list(received: boolean): Reply {
    const listed = this.service.list(received);
    // No updates: 404 without a body.
    const reply = listed.length === 0 ? empty(404) : json(`[${listed.map(({ json }) => json).join(',')}]`);
    return { ...reply, shows: listed };
  }

  #mark(objectID: string, mark: Mark, asked: Asked, reply: (reply: Reply) => void): void {
    if (this.service.mark(objectID, mark, asked, () => reply(empty(204)))) return;
    if (this.plan.credentials === 'service' && !this.service.find(objectID)) reply(this.#nothing());
    else reply(text(400, `Failed to find object to mark as ${mark}\n\n`));
  }

  /** For an object that is not there, or that the one who asks may not see. */
  #nothing(): Reply {
    return this.plan.credentials === 'service' ? text(403, 'Unauthorized') : empty(404);
  }
}

/** The object that a request is about, where it is about one. */
export function objectOf({ path }: Pick<Asked, 'path'>): string | undefined {
  return afterType(path.split('?')[0] ?? '')[0];
}

/** ID and operation of a path, where it has them. */
function afterType(path: string): string[] {
  const words = path.split('/').slice(4);
  return words.slice(words.indexOf(objectType) + 1).map(decodeURIComponent);
}

function json(body: string): Reply {
  return { status: 200, headers: { 'content-type': 'application/json' }, body };
}

function text(status: number, body: string): Reply {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

function empty(status: number): Reply {
  return { status, headers: {}, body: '' };
}

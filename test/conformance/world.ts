import { type Faults, type KeyPair, type LocalEdge, LocalService } from '../../src/local-service';
import { until } from '../support/until';
import { type Answered, send } from './exchange';
import type { RecordedRequest, Recording } from './records';

const long = 2_147_483_647;
const patience = 60_000;
/** For requests that the real service leaves without an answer. */
const shortPatience = 300;

/** The services that the recordings were made with, as local ones: their edges look at their cloud when told to. */
export class World {
  /** Whether edges fetch what waits for them before the next record. */
  fetching = true;
  #service: LocalService | undefined;
  #offset = 0;
  readonly #begun = new Map<number, Promise<Answered>>();

  constructor(
    private readonly recordings: readonly Recording[],
    private readonly faults: { css: Partial<Faults>; ess: Partial<Faults> },
  ) {}

  get service(): LocalService {
    if (!this.#service) throw new Error('No service was started');
    return this.#service;
  }

  get edge1(): LocalEdge {
    return this.#edge('edge1');
  }

  /** Starts anew, with nothing stored. @param time what the clock of the recording said. */
  async start(time: string, options: { edges?: boolean; keys?: KeyPair[] } = {}): Promise<void> {
    await this.stop();
    this.#offset = Date.parse(time) - Date.now();
    const clock = (): number => Date.now() + this.#offset;
    this.#service = await LocalService.start({
      cloud: { clock, faults: this.faults.css },
      intervals: { registration: 0, poll: long, maintenance: long, resend: long },
      ...(options.keys && { keys: options.keys }),
    });
    if (options.edges ?? true) await this.addEdges();
  }

  async addEdges(): Promise<void> {
    for (const destinationID of ['edge1', 'edge2']) {
      const clock = (): number => Date.now() + this.#offset;
      const edge = await this.service.addEdge({
        organization: 'myorg',
        destinationType: 'gateway',
        destinationID,
        clock,
        memory: destinationID === 'edge2',
        faults: this.faults.ess,
      });
      await until(`${destinationID} has registered`, () => this.service.cloud.knows(edge));
    }
  }

  /** Lets every edge look at its cloud, but those whose polls are held back. */
  fetch(unpolled: readonly string[] = []): void {
    for (const edge of this.service.edges) if (!unpolled.includes(edge.destinationID)) edge.poll();
  }

  /** Publishes what was published without a record. */
  async put(node: 'css' | 'ess', path: string, meta: object, data?: string): Promise<void> {
    const [objectType, objectID] = path.split('/');
    const body = JSON.stringify({
      meta: { objectType, objectID, ...meta },
      ...(data !== undefined && { data: Buffer.from(data).toString('base64') }),
    });
    const organization = node === 'css' ? 'myorg/' : '';
    const request = { method: 'PUT', path: `/api/v1/objects/${organization}${path}`, auth: 'admin@myorg:x' };
    const { status } = await this.#ask(node, { ...request, body }, patience);
    if (status !== 204) throw new Error(`${path} was answered with ${status}`);
  }

  /** Sends a recorded request before its turn: its answer came later. */
  begin(index: number): void {
    const recording = this.recordings.find((each) => each.index === index);
    if (!recording) throw new Error(`There is no request ${index}`);
    this.#begun.set(index, this.#ask(recording.node, recording.request, patience));
  }

  async replay({ index, node, request, response }: Recording): Promise<Answered> {
    const begun = this.#begun.get(index);
    if (begun) return begun;
    return this.#ask(node, request, response.error === undefined ? patience : shortPatience);
  }

  async stop(): Promise<void> {
    await this.#service?.stop();
  }

  #ask(node: Recording['node'], request: RecordedRequest, limit: number): Promise<Answered> {
    const side = node === 'css' ? this.service.cloud : this.#edge(node === 'ess2' ? 'edge2' : 'edge1');
    return send(side.address, request, limit);
  }

  #edge(id: string): LocalEdge {
    const edge = this.service.edges.find(({ destinationID }) => destinationID === id);
    if (!edge) throw new Error(`${id} is not there`);
    return edge;
  }
}

import { type LocalEdge, LocalService } from '../../src/local-service';
import { type Answered, send } from '../conformance/exchange';
import { until } from '../support/until';
import type { AskedRequest, EdgeNode, Ground } from './ground';

const patience = 60_000;
const long = 2_147_483_647;
/** What one look brings may lead to more. */
const looks = 3;

type Names = Pick<Ground, 'organization' | 'destinationType' | 'destinationIDs'>;

/** A local service with edges named as those of another ground, which look at their cloud when told to. */
export class LocalGround implements Ground {
  #held: readonly EdgeNode[] = [];

  private constructor(
    private readonly service: LocalService,
    readonly organization: string,
    readonly destinationType: string,
    readonly destinationIDs: Readonly<Record<EdgeNode, string>>,
  ) {}

  /** @param memory whether the second edge keeps its objects in memory. */
  static async like(
    { organization, destinationType, destinationIDs }: Names,
    memory: boolean,
  ): Promise<LocalGround> {
    const intervals = { registration: 0, poll: long, maintenance: long, resend: long };
    const place = { organization, destinationType };
    const service = await LocalService.start({
      intervals,
      edges: [
        { ...place, destinationID: destinationIDs.ess },
        { ...place, destinationID: destinationIDs.ess2, memory },
      ],
    });
    await until('the edges have registered', () => service.cloud.registeredEdges === 2);
    return new LocalGround(service, organization, destinationType, destinationIDs);
  }

  ask(request: AskedRequest): Promise<Answered> {
    const address = request.node === 'css' ? this.service.cloud.address : this.#edge(request.node).address;
    return send(address, request, patience);
  }

  async hold(edges: readonly EdgeNode[]): Promise<void> {
    this.#held = edges;
  }

  loseCloud(): Promise<void> {
    return this.service.cloud.stop();
  }

  findCloud(): Promise<void> {
    return this.service.cloud.start();
  }

  async settle(): Promise<void> {
    for (let look = 0; look < looks; look += 1) {
      for (const [node, id] of Object.entries(this.destinationIDs)) {
        if (!this.#held.some((held) => held === node)) this.#named(id).poll();
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  close(): Promise<void> {
    return this.service.stop();
  }

  #edge(node: EdgeNode): LocalEdge {
    return this.#named(this.destinationIDs[node]);
  }

  #named(id: string): LocalEdge {
    const edge = this.service.edges.find(({ destinationID }) => destinationID === id);
    if (!edge) throw new Error(`${id} is not there`);
    return edge;
  }
}

import { setTimeout as pause } from 'node:timers/promises';
import { type Answered, send } from '../conformance/exchange';
import { until } from '../support/until';
import { Gate } from './gate';
import { type AskedRequest, type EdgeNode, edgeNodes, type Ground, type Node } from './ground';

const patience = 60_000;
/** The service tells its edges of an update a little after it has answered. */
const untilTold = 80;

/** The services that the environment names, as for `test:live`; their edges reach the CSS by a gate. */
export class RealGround implements Ground {
  readonly organization: string;
  readonly destinationType: string;
  readonly destinationIDs: Readonly<Record<EdgeNode, string>>;
  readonly #addresses: Readonly<Record<Node, string>>;
  readonly #gate: Gate;
  #held: readonly EdgeNode[] = [];
  #isCloudAway = false;

  private constructor(variable: (name: string) => string) {
    this.organization = variable('ORG');
    this.destinationType = variable('ESS_TYPE');
    this.destinationIDs = { ess: variable('ESS_ID'), ess2: variable('ESS2_ID') };
    this.#addresses = { css: variable('CSS_URL'), ess: variable('ESS_URL'), ess2: variable('ESS2_URL') };
    this.#gate = new Gate(this.#addresses.css);
  }

  static async open(environment: NodeJS.ProcessEnv): Promise<RealGround> {
    const variable = (name: string): string => {
      const value = environment[`EDGE_SYNC_${name}`];
      if (!value) throw new Error(`EDGE_SYNC_${name} is not set`);
      return value;
    };
    const ground = new RealGround(variable);
    await ground.#gate.listen(Number(variable('GATE_PORT')));
    await until('the edges have registered', () => ground.#registered(), 60_000);
    return ground;
  }

  ask(request: AskedRequest): Promise<Answered> {
    return send(this.#addresses[request.node], request, patience);
  }

  async hold(edges: readonly EdgeNode[]): Promise<void> {
    this.#held = edges;
    await this.#gate.hold(edges.map((edge) => this.#name(edge)));
  }

  async loseCloud(): Promise<void> {
    this.#isCloudAway = true;
    await this.#gate.shut();
  }

  async findCloud(): Promise<void> {
    this.#isCloudAway = false;
    this.#gate.open();
  }

  async settle(): Promise<void> {
    await pause(untilTold);
    if (this.#isCloudAway) return;
    const free = edgeNodes.filter((edge) => !this.#held.includes(edge));
    await this.#gate.quiet(
      free.map((edge) => this.#name(edge)),
      1,
    );
  }

  close(): Promise<void> {
    return this.#gate.close();
  }

  #name(edge: EdgeNode): string {
    return `${this.organization}/${this.destinationType}/${this.destinationIDs[edge]}`;
  }

  async #registered(): Promise<boolean> {
    const path = `/api/v1/destinations/${this.organization}`;
    const { body } = await this.ask({
      node: 'css',
      method: 'GET',
      path,
      auth: `admin@${this.organization}:x`,
    });
    const known = String(body);
    return Object.values(this.destinationIDs).every((id) => known.includes(`"${id}"`));
  }
}

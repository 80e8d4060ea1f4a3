import { isHealth, type ServiceKind } from '../connection/kind';
import type { CallOptions } from '../connection/options';
import type { Requests } from '../connection/requests';
import { checkNumbers } from '../numbers';
import { type Paths, query } from '../objects/paths';

export interface ServiceHealth {
  general: { nodeType: ServiceKind; healthStatus: string; upTime: number };
  dbHealth: Record<string, unknown>;
  /** With `details`. */
  usage?: Record<string, unknown>;
}

/** The service as a whole: how it is, and what it does with all that it has. */
export class Service {
  constructor(
    private readonly requests: Requests,
    private readonly paths: Paths,
  ) {}

  async health(options: CallOptions & { details?: boolean }): Promise<ServiceHealth> {
    const path = `/api/v1/health${query({ details: options.details })}`;
    return this.requests.unchecked<ServiceHealth>(path, options, isHealth);
  }

  async resend({ signal }: CallOptions): Promise<void> {
    this.paths.requireEdge('ask for a resend');
    await this.requests.change({ method: 'POST', path: '/api/v1/resend', repeatable: false, signal });
  }

  async shutDown(options: CallOptions & { restart?: boolean; quiesce?: number }): Promise<void> {
    const { restart, quiesce, signal } = options;
    checkNumbers('seconds', { quiesce });
    const path = `/api/v1/shutdown${query({ restart: restart || undefined, quiesce })}`;
    await this.requests.change({ method: 'POST', path, repeatable: false, signal });
  }
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SyncServiceClient } from '../../src/client';
import { LocalService } from '../../src/local-service';

/** An edge as Open Horizon's agent gives it to a service. */
export class OpenHorizon {
  private constructor(
    private readonly folder: string,
    private readonly service: LocalService,
    readonly cloud: SyncServiceClient,
    readonly environment: NodeJS.ProcessEnv,
  ) {}

  static async start(): Promise<OpenHorizon> {
    const folder = await mkdtemp(join(tmpdir(), 'edge-sync-horizon-'));
    const socketPath = join(folder, 'essapi.sock');
    const place = { organization: 'demo', destinationType: 'gateway', destinationID: 'edge1' };
    const service = await LocalService.start({ edges: [{ ...place, socketPath, tls: true }] });
    const environment = {
      HZN_ESS_API_PROTOCOL: 'secure-unix',
      HZN_ESS_API_ADDRESS: socketPath,
      HZN_ESS_API_PORT: '0',
      HZN_ESS_AUTH: join(folder, 'auth.json'),
      HZN_ESS_CERT: join(folder, 'cert.pem'),
    };
    await writeFile(environment.HZN_ESS_AUTH, '{"id":"demo$demo$1.0.0$app","token":"x","version":"1.0.0"}');
    await writeFile(environment.HZN_ESS_CERT, service.edges[0]?.caCertificate ?? '');
    const { address } = service.cloud;
    const cloud = new SyncServiceClient({ address, organization: 'demo', key: 'admin@demo' });
    return new OpenHorizon(folder, service, cloud, environment);
  }

  async stop(): Promise<void> {
    await this.cloud.close();
    await this.service.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

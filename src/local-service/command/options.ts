import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { LocalServiceOptions } from '../index';

export const help = `Starts a local cloud (CSS) with edges (ESS) on this machine, to try things out.

Usage: npx @edge-sync/node-red local [options]

  --organization NAME  of the edges (demo)
  --edge TYPE/ID       an edge; may be given several times (gateway/edge1)
  --port PORT          of the cloud (9580); 0 lets the system choose
  --edge-port PORT     of the first edge, the next ones follow (9583); 0 lets the system choose
  --data FOLDER        keep everything there, beyond the end of the program; in memory alone without it
  --memory             edges lose their objects when they stop, and get none above 5,242,880 bytes
  --gentle             leave out what harms in the field: acknowledgements that wait for the cloud, the fourth update
                       that blocks, news that wait for a poll, wrong answers to wrong ranges
  --unix FOLDER        listen on unix sockets in this folder instead
  --tls                speak TLS; its certificate is printed as a file to trust
  --help

Any user NAME@ORGANIZATION is an administrator of that organization, whatever the secret.`;

export interface CommandOptions {
  organization: string;
  tls: boolean;
  service: LocalServiceOptions;
}

/**
 * Reads the arguments that follow `local`.
 *
 * @returns undefined where help is asked for.
 * @throws Error that says in a line what is wrong.
 */
export function readOptions(args: readonly string[]): CommandOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      organization: { type: 'string', default: 'demo' },
      edge: { type: 'string', multiple: true, default: ['gateway/edge1'] },
      port: { type: 'string', default: '9580' },
      'edge-port': { type: 'string', default: '9583' },
      data: { type: 'string' },
      memory: { type: 'boolean', default: false },
      gentle: { type: 'boolean', default: false },
      unix: { type: 'string' },
      tls: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const { organization, tls, unix, data, memory, gentle } = values;
  const [port, edgePort] = [portOf('--port', values.port), portOf('--edge-port', values['edge-port'])];
  const edges = values.edge.map((name, index) => {
    const [destinationType, destinationID, ...more] = name.split('/');
    if (!destinationType || !destinationID || more.length > 0) {
      throw new Error(`--edge must be TYPE/ID, not ${name}`);
    }
    const address =
      unix === undefined ? { port: edgePort && edgePort + index } : socketIn(unix, destinationID);
    return { organization, destinationType, destinationID, tls, memory, ...address };
  });
  const cloud = { tls, ...(unix === undefined ? { port } : socketIn(unix, 'css')) };
  const service = { cloud, edges, gentle, ...(data !== undefined && { folder: data }) };
  return { organization, tls, service };
}

function socketIn(folder: string, name: string): { socketPath: string } {
  return { socketPath: join(folder, `${name}.sock`) };
}

function portOf(option: string, text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port < 65_536) return port;
  throw new Error(`${option} must be a port, not ${text}`);
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalService } from '../index';
import { type CommandOptions, help, readOptions } from './options';

/** The exit codes of commands: 1 where something fails, 2 where it was called in a wrong way. */
const failed = 1;
const wronglyCalled = 2;

/** Runs until SIGINT or SIGTERM. @returns the exit code. */
export async function runLocal(args: readonly string[]): Promise<number> {
  let options: CommandOptions | undefined;
  try {
    options = readOptions(args);
  } catch (error) {
    console.error(`${messageOf(error)}\nTry --help.`);
    return wronglyCalled;
  }
  if (!options) {
    console.log(help);
    return 0;
  }
  const folder = await mkdtemp(join(tmpdir(), 'edge-sync-local-'));
  try {
    return await serve(options, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function serve({ organization, service: settings }: CommandOptions, folder: string): Promise<number> {
  // Before anything listens: a signal may come while it starts.
  const stopped = untilStopped();
  let local: LocalService;
  try {
    local = await LocalService.start(settings);
  } catch (error) {
    console.error(messageOf(error));
    return failed;
  }
  for (const { bytes, keptIn } of local.damage) {
    const where = keptIn === undefined ? 'stay where they are' : `are in ${keptIn}`;
    console.error(`${bytes} bytes of what was kept are damaged. They ${where}.`);
  }
  const services = [
    { kind: 'cloud (CSS)', what: `organization ${organization}`, service: local.cloud },
    ...local.edges.map((service) => ({
      kind: 'edge (ESS)',
      what: `${service.destinationType}/${service.destinationID}`,
      service,
    })),
  ];
  for (const [index, { kind, what, service }] of services.entries()) {
    console.log(`${kind.padEnd(12)} ${service.address}  ${what}`);
    if (service.caCertificate === undefined) continue;
    const file = join(folder, `ca-${index}.pem`);
    await writeFile(file, service.caCertificate);
    console.log(`${''.padEnd(12)} trust ${file}`);
  }
  console.log(`credentials  admin@${organization}, any secret`);
  console.log('Ready. Ctrl-C stops it.');
  await stopped;
  await local.stop();
  return 0;
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

function messageOf(error: unknown): string {
  const { code, port, address } = error as NodeJS.ErrnoException & { port?: number; address?: string };
  if (code === 'EADDRINUSE') return port ? `Port ${port} is in use` : `${address} is in use`;
  return error instanceof Error ? error.message : String(error);
}

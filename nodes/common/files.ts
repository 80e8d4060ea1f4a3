import { resolve } from 'node:path';
import type { NodeAPI } from 'node-red';

/** A path as Node-RED's own file nodes take it: from its setting `fileWorkingDirectory`, where there is one. */
export function pathOf(RED: Pick<NodeAPI, 'settings'>, path: string): string {
  const { fileWorkingDirectory } = RED.settings as { fileWorkingDirectory?: unknown };
  return typeof fileWorkingDirectory === 'string' ? resolve(fileWorkingDirectory, path) : path;
}

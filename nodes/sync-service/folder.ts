import { join } from 'node:path';
import type { NodeAPI } from 'node-red';

/** Where Node-RED's settings have this package keep what must survive a restart; undefined for nowhere. */
export function folderOf(settings: NodeAPI['settings']): string | undefined {
  const { syncServiceFolder, userDir } = settings as { syncServiceFolder?: unknown; userDir?: unknown };
  if (syncServiceFolder === false) return undefined;
  if (typeof syncServiceFolder === 'string' && syncServiceFolder !== '') return syncServiceFolder;
  return typeof userDir === 'string' ? join(userDir, 'edge-sync') : undefined;
}

import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { invalidInput } from '../common/failure';

/** The folder that files are written to, where links lead. @throws NodeFailure SYNC_INVALID_ARGUMENT. */
export async function targetFolder(folder: string): Promise<string> {
  if (!folder) throw invalidInput('Enter the folder to write files to');
  return realpath(resolve(folder)).catch(() => {
    throw invalidInput(`The folder ${folder} does not exist`);
  });
}

/**
 * Where a file goes: always inside the folder, also when links lead elsewhere.
 *
 * @param root as `targetFolder` gives it.
 * @param name relative to the folder.
 * @throws NodeFailure SYNC_INVALID_ARGUMENT.
 */
export async function targetPath(root: string, name: string): Promise<string> {
  const path = resolve(root, name);
  const parent = await realpath(dirname(path)).catch(() => {
    throw invalidInput(`The folder of ${path} does not exist`);
  });
  const inside = relative(root, join(parent, path.slice(dirname(path).length)));
  if (inside === '' || inside.split(sep)[0] === '..' || isAbsolute(inside)) {
    throw invalidInput(`The file name leads out of the folder ${root}`);
  }
  return path;
}

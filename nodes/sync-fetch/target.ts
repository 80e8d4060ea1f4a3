import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileNameOf } from '../../src/storage/file-name';
import { invalidInput } from '../common/failure';

/**
 * Where a file goes: always inside the folder, also when links lead elsewhere.
 *
 * @param name relative to the folder, or undefined for the object's ID.
 * @throws NodeFailure SYNC_INVALID_ARGUMENT.
 */
export async function targetPath(
  folder: string,
  name: string | undefined,
  objectID: string,
): Promise<string> {
  if (!folder) throw invalidInput('Enter the folder to write files to');
  const root = await realpath(resolve(folder)).catch(() => {
    throw invalidInput(`The folder ${folder} does not exist`);
  });
  const path = resolve(root, name ?? fileNameOf(objectID));
  const parent = await realpath(dirname(path)).catch(() => {
    throw invalidInput(`The folder of ${path} does not exist`);
  });
  const inside = relative(root, join(parent, path.slice(dirname(path).length)));
  if (inside === '' || inside.split(sep)[0] === '..' || isAbsolute(inside)) {
    throw invalidInput(`The file name leads out of the folder ${folder}`);
  }
  return path;
}

import { withRegularFile } from '../../src/system/regular-file';
import { invalidInput, textOf } from './failure';

/** A larger file is no key. */
const mostBytes = 1_048_576;

/**
 * A file with a key.
 *
 * @param what the key is called in an error.
 * @throws NodeFailure SYNC_INVALID_ARGUMENT.
 */
export async function readKeyFile(path: string, what: string): Promise<Buffer> {
  return withRegularFile(path, async (file, size) => {
    if (size > mostBytes) throw new Error(`${path} is larger than a key can be`);
    return file.readFile();
  }).catch((error: unknown) => {
    throw invalidInput(`${what} cannot be read: ${textOf(error)}`);
  });
}

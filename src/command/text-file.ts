import { readFile } from 'node:fs/promises';
import { UsageError } from './exit';

/** The text of a file that an option names. @throws UsageError if it cannot be read. */
export async function textIn(path: string, option: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${option}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

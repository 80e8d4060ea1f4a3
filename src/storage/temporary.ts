import { basename, dirname, join } from 'node:path';
import { type Random, uniqueName } from '../system/random';

/** Leaves room for what stands around it: file systems take 255 bytes, and not every letter is one. */
const nameBytes = 100;

/** A name that nobody else has, in the same folder, for what is to be called `path` when it is whole. */
export function temporaryFor(path: string, random: Random): string {
  return join(dirname(path), `${startFor(path)}${uniqueName(random)}.part`);
}

/** Whether `name` is one that `temporaryFor` gives for a path. */
export function isTemporaryFor(path: string, name: string): boolean {
  return name.startsWith(startFor(path)) && name.endsWith('.part');
}

function startFor(path: string): string {
  const start = Buffer.from(basename(path)).subarray(0, nameBytes);
  // As a stream it leaves out a last character of which only the first bytes are there.
  return `.${new TextDecoder().decode(start, { stream: true })}.`;
}

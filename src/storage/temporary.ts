import { createHash } from 'node:crypto';
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

/** Whether `name` is one that `temporaryFor` gives for some path. */
export function isTemporary(name: string): boolean {
  return /^\..+\.[0-9a-z]{26}\.part$/s.test(name);
}

/** A name, in the same folder, that all have who make the same of the same for `path`. */
export function partFor(path: string, { of, version }: { of: string; version: string }): string {
  return join(dirname(path), `${partStart(path, of)}${hash(version)}.part`);
}

/** Whether `name` is one that `partFor` gives, whatever the version. */
export function isPartOf(path: string, of: string, name: string): boolean {
  return name.startsWith(partStart(path, of)) && isPart(name);
}

/** Whether `name` is one that `partFor` gives for some path. */
export function isPart(name: string): boolean {
  return /^\..+\.[0-9a-f]{16}-[0-9a-f]{16}\.part$/s.test(name);
}

function partStart(path: string, of: string): string {
  return `${startFor(path)}${hash(JSON.stringify([basename(path), of]))}-`;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function startFor(path: string): string {
  const start = Buffer.from(basename(path)).subarray(0, nameBytes);
  // As a stream it leaves out a last character of which only the first bytes are there.
  return `.${new TextDecoder().decode(start, { stream: true })}.`;
}

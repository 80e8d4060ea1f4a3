import type { ObjectMetadata } from '../../protocol/metadata';
import type { ObjectReference } from '../objects/names';

/** An object as a flow has it: with its instanceID it is that version, else whichever is in hand. */
export type ObjectInFlow = ObjectReference & Partial<ObjectMetadata>;

/** A version of an object: its deletion is one too. */
export function versionOf(object: Pick<ObjectMetadata, 'instanceID' | 'deleted'>): string {
  return `${object.instanceID}${object.deleted ? ' deleted' : ''}`;
}

export function isDeletion(version: string): boolean {
  return version.endsWith(' deleted');
}

/** The version that a flow names; undefined if it names only the object. */
export function versionIn({ deleted = false, instanceID }: Partial<ObjectMetadata>): string | undefined {
  return instanceID === undefined ? undefined : versionOf({ instanceID, deleted });
}

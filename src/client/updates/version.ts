import type { ObjectMetadata } from '../../protocol/metadata';

/** A version of an object: its deletion is one too. */
export function versionOf(object: Pick<ObjectMetadata, 'instanceID' | 'deleted'>): string {
  return `${object.instanceID}${object.deleted ? ' deleted' : ''}`;
}

export function isDeletion(version: string): boolean {
  return version.endsWith(' deleted');
}

/** The version that a flow names; undefined where it names a mere object: then it is whichever is in hand. */
export function versionIn({ deleted = false, instanceID }: Partial<ObjectMetadata>): string | undefined {
  return instanceID === undefined ? undefined : versionOf({ instanceID, deleted });
}

import type { ObjectMetadata } from '../../protocol/metadata';
import type { ObjectReference } from './names';

/** What tells the versions of an object and of its data. */
export type CurrentVersion = Pick<ObjectMetadata, 'instanceID' | 'dataID' | 'deleted'>;

/**
 * How the service writes it: no string holds a bare line break, so two spaces behind one are the indent of the object's
 * own properties.
 */
const versionBegins = '\n  "deleted": ';
const version = /(true|false),\n {2}"instanceID": (\d+),\n {2}"dataID": (\d+),\n/y;

/**
 * The version in an object's metadata as the service writes it, without reading all of it: each object is asked for it
 * twice before it is acknowledged. Undefined where it must be read to know.
 */
export function glanceAtVersion(
  text: string,
  { objectID, objectType }: ObjectReference,
): CurrentVersion | undefined {
  const begins = `{\n  "objectID": ${JSON.stringify(objectID)},\n  "objectType": ${JSON.stringify(objectType)},\n`;
  const found = text.indexOf(versionBegins, begins.length);
  if (found < 0 || !text.startsWith(begins) || !text.trimEnd().endsWith('\n}')) return undefined;
  // Written twice, it would be the last that counts.
  if (text.indexOf(versionBegins, found + 1) >= 0) return undefined;
  version.lastIndex = found + versionBegins.length;
  const [, deleted, instanceID, dataID] = version.exec(text) ?? [];
  if (instanceID === undefined || dataID === undefined) return undefined;
  return { deleted: deleted === 'true', instanceID, dataID };
}

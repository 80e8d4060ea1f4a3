import type { ObjectMetadata } from '../../protocol/metadata';
import type { ObjectReference } from './names';

/** What tells the versions of an object and of its data. */
export type CurrentVersion = Pick<ObjectMetadata, 'instanceID' | 'dataID' | 'deleted'>;

/**
 * How the service writes it: no string holds a bare line break, so two spaces after one are the indent of the object's
 * own properties.
 */
const versionBegins = '\n  "deleted": ';
const version = /(true|false),\n {2}"instanceID": (\d+),\n {2}"dataID": (\d+),\n/y;

/**
 * Finds the version in an object's metadata without parsing it, in the format in which the service writes it: each
 * acknowledgement asks for it twice. Undefined where the text must be parsed.
 */
export function glanceAtVersion(
  text: string,
  { objectID, objectType }: ObjectReference,
): CurrentVersion | undefined {
  const begins = `{\n  "objectID": ${JSON.stringify(objectID)},\n  "objectType": ${JSON.stringify(objectType)},\n`;
  const found = text.indexOf(versionBegins, begins.length);
  if (found < 0 || !text.startsWith(begins) || !text.trimEnd().endsWith('\n}')) return undefined;
  // Where it is written twice, the last counts.
  if (text.indexOf(versionBegins, found + 1) >= 0) return undefined;
  version.lastIndex = found + versionBegins.length;
  const [, deleted, instanceID, dataID] = version.exec(text) ?? [];
  if (instanceID === undefined || dataID === undefined) return undefined;
  return { deleted: deleted === 'true', instanceID, dataID };
}

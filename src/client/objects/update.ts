import type { ObjectMetadata } from '../../protocol/metadata';

/** Whether a value has what everything that handles updates relies on. @param wanted the only ID that it may have. */
export function isUpdate(value: unknown, objectType: string, wanted?: string): value is ObjectMetadata {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Partial<Record<keyof ObjectMetadata, unknown>>;
  const { instanceID, objectID, objectSize = 0, objectType: type } = fields;
  if (type !== objectType || typeof instanceID !== 'string') return false;
  if (typeof objectSize !== 'number' || objectSize < 0) return false;
  return wanted === undefined ? typeof objectID === 'string' && objectID !== '' : objectID === wanted;
}

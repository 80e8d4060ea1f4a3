import type { ObjectName } from '../store/objects';
import type { RestRequest } from './request';

/** On an ESS an acknowledgement that waits for the cloud holds up all that is asked of its object. */
export async function untilUnlocked({ service }: RestRequest, name: ObjectName): Promise<void> {
  if (service.nodeType === 'ESS') await service.unlocked(name);
}

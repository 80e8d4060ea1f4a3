import type { ObjectMetadata } from '../../protocol/metadata';

/** What an application publishes: metadata, with the data if it came along. */
export interface Update {
  metadata: ObjectMetadata;
  data: Buffer | undefined;
}

import type { Journal } from '../storage/journal';
import type { ConnectionOptions } from './connection/options';
import type { TransferHours } from './data/transfer-windows';
import type { LeftOutUpdate } from './objects/left-out';

/** How a client reaches its service, and what it may do there. */
export interface ClientOptions extends ConnectionOptions, TransferHours {
  /** Accept names that no ESS can fetch, for objects that stay on a CSS. */
  allowCloudOnlyNames?: boolean;
  /** How many bytes a second all transfers of more than 256 KiB may have together, in both directions. */
  transferRate?: number;
  /** Sends large data in chunks of 16 MiB, which a CSS on MongoDB takes; see UploadOptions. */
  inChunks?: boolean;
  /**
   * From openJournal: what receivers have in hand, acknowledgements under way, how far uploads in chunks have come, what was published
   * and what files hold, outlive a restart.
   */
  journal?: Journal;
  /** Told once, when something could not be written to the journal: from then on a restart forgets. */
  onForgetful?: (error: unknown) => void;
  /** Told once of each update that receivers cannot be given: too large, too deep or malformed. The others go on. */
  onLeftOut?: (entry: LeftOutUpdate) => void;
}

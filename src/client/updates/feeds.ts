import { Feed } from './feed';
import { type ReceiverOptions, UpdateReceiver } from './receiver';
import type { UpdateSource } from './source';

/** The feeds of one client: at most one for an object type. */
export class Feeds {
  readonly #byType = new Map<string, Feed>();

  constructor(private readonly source: UpdateSource) {}

  receiver(objectType: string, options: ReceiverOptions): UpdateReceiver {
    const feed = this.#byType.get(objectType) ?? this.#open(objectType);
    const receiver = new UpdateReceiver(feed, options);
    feed.join(receiver);
    return receiver;
  }

  close(): void {
    for (const feed of Array.from(this.#byType.values())) feed.close();
  }

  #open(objectType: string): Feed {
    const feed = new Feed(objectType, this.source, () => this.#byType.delete(objectType));
    this.#byType.set(objectType, feed);
    return feed;
  }
}

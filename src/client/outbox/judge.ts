import { isOfKind } from '../connection/kind';
import type { Entry } from './entry';
import type { OutboxClient } from './options';
import { isForbiddenByService, isOfStorage, isWithoutWord, type Verdict, verdictOn } from './verdict';

/** What the disk fails to deliver this many times in a row, over some hours, is given up. */
const mostMisreads = 100;

/** Judges failures. Where the error alone does not tell whose fault it is, it asks the service. */
export class Judge {
  constructor(private readonly client: OutboxClient) {}

  async verdictOn(error: unknown, entry: Entry, signal: AbortSignal): Promise<Verdict> {
    const verdict = verdictOn(error, entry, this.client.kind);
    entry.misreads = isOfStorage(error) ? entry.misreads + 1 : 0;
    if (entry.misreads >= mostMisreads) return 'refused';
    if (verdict === 'forbidden') return this.#onForbidden(entry, error, signal);
    if (verdict === 'refused' && isWithoutWord(error)) return this.#onOneWithoutWord(signal);
    return verdict;
  }

  /**
   * Whether a service that fails on one object after the other is healthy: an edge that has not registered yet is no
   * outage.
   */
  isWell(signal: AbortSignal): Promise<boolean> {
    return succeeds(() => this.client.getHealth({ signal }));
  }

  /**
   * If we may ask for health, or for a list, our credentials are good: then only this object is forbidden, if the service
   * itself says so.
   */
  async #onForbidden({ object }: Entry, error: unknown, signal: AbortSignal): Promise<Verdict> {
    const mayAsk =
      (await this.isWell(signal)) ||
      (await succeeds(() => this.client.listUpdates(object.objectType, { signal })));
    if (mayAsk) return isForbiddenByService(error) ? 'refused' : 'rests';
    return signal.aborted ? 'ended' : 'forbidden';
  }

  /** A service of the other kind, which may listen at this address by now, refuses like this what it does not know. */
  async #onOneWithoutWord(signal: AbortSignal): Promise<Verdict> {
    const { client } = this;
    try {
      return isOfKind(await client.getHealth({ signal }), client.kind) ? 'refused' : 'away';
    } catch {
      return signal.aborted ? 'ended' : 'away';
    }
  }
}

function succeeds(ask: () => Promise<unknown>): Promise<boolean> {
  return ask().then(
    () => true,
    () => false,
  );
}

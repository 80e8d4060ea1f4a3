import type { CallOptions } from '../connection/options';
import type { Requests } from '../connection/requests';
import { invalidArgument } from '../errors';
import type { Paths } from '../objects/paths';

/**
 * The URLs that the service calls when an object of a type has arrived with its data: once, without credentials, and
 * not for deletions, metadata-only updates and objects without data. A doorbell; the poll is the truth.
 */
export class Webhooks {
  constructor(
    private readonly requests: Requests,
    private readonly paths: Paths,
  ) {}

  /** The service accepts some actions and schemes that it does not know, so both are checked here. */
  async change(
    action: 'register' | 'delete',
    objectType: string,
    url: string,
    { signal }: CallOptions,
  ): Promise<void> {
    const { protocol, pathname } =
      typeof url === 'string' && URL.canParse(url) ? new URL(url) : { protocol: '', pathname: '' };
    if (protocol !== 'http:' && protocol !== 'https:') {
      throw invalidArgument('The URL of a webhook must start with http:// or https://');
    }
    const path = this.paths.type(objectType);
    // Whoever knows the path can ring: no error shows it.
    const secret = pathname.length > 1 ? pathname : undefined;
    await this.requests.change({
      method: 'PUT',
      path,
      json: { action, url },
      secret,
      repeatable: true,
      signal,
    });
  }
}

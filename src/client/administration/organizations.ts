import type { CallOptions } from '../connection/options';
import type { Requests } from '../connection/requests';
import { invalidArgument } from '../errors';
import { checkWord } from '../objects/names';
import type { Paths } from '../objects/paths';

export interface Organization {
  orgID: string;
  /** Of the broker through which its edges are reached; empty where they speak HTTP. */
  address: string;
}

/** The organizations of a CSS: the user's own, or all for a sync administrator. */
export class Organizations {
  constructor(
    private readonly requests: Requests,
    private readonly paths: Paths,
  ) {}

  async list(options: CallOptions): Promise<Organization[]> {
    this.paths.cloudOrganization('organizations');
    const listed = await this.requests.list<{ 'org-id': string; address: string }>(
      '/api/v1/organizations',
      options,
    );
    return listed.map((organization) => ({
      orgID: organization['org-id'],
      address: organization.address,
    }));
  }

  /** The service reads another name, `orgID`, than it writes. */
  async update(organization: Partial<Organization>, { signal }: CallOptions): Promise<void> {
    const { orgID, address = '' } = organization ?? {};
    if (typeof address !== 'string') throw invalidArgument('The address of an organization must be a text');
    const path = this.#path(orgID);
    await this.requests.change({ method: 'PUT', path, json: { orgID, address }, repeatable: true, signal });
  }

  async delete(orgID: string, { signal }: CallOptions): Promise<void> {
    await this.requests.change({ method: 'DELETE', path: this.#path(orgID), repeatable: true, signal });
  }

  #path(orgID: unknown): string {
    this.paths.cloudOrganization('organizations');
    checkWord('orgID', orgID);
    return `/api/v1/organizations/${encodeURIComponent(orgID)}`;
  }
}

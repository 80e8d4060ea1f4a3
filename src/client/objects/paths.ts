import type { ServiceKind } from '../connection/kind';
import { SyncServiceError } from '../errors';
import { checkName, checkReference, checkWord, type ObjectReference } from './names';

/** The paths of one service. On a CSS they name the organization; on an ESS a path with one would find nothing. */
export class Paths {
  readonly kind: ServiceKind;
  readonly objects: string;
  /** Most requests are about the type that the one before was about. */
  #last: { objectType: string; path: string } | undefined;

  constructor(
    readonly organization: string | undefined,
    private readonly cloudOnlyNames: boolean,
  ) {
    if (organization !== undefined) checkWord('organization', organization);
    this.kind = organization === undefined ? 'ESS' : 'CSS';
    this.objects = `/api/v1/objects${organization === undefined ? '' : `/${encodeURIComponent(organization)}`}`;
  }

  /** @throws SyncServiceError SYNC_INVALID_ARGUMENT for a name that no edge can fetch. */
  type(objectType: string): string {
    if (objectType === this.#last?.objectType) return this.#last.path;
    checkName('objectType', objectType, this.cloudOnlyNames);
    const path = `${this.objects}/${encodeURIComponent(objectType)}`;
    this.#last = { objectType, path };
    return path;
  }

  /** @throws SyncServiceError SYNC_INVALID_ARGUMENT for names that no edge can fetch. */
  object(object: ObjectReference, operation?: string): string {
    if (this.#last !== undefined && object?.objectType === this.#last.objectType) {
      checkName('objectID', object.objectID, this.cloudOnlyNames);
    } else checkReference(object, this.cloudOnlyNames);
    const path = `${this.type(object.objectType)}/${encodeURIComponent(object.objectID)}`;
    return operation === undefined ? path : `${path}/${operation}`;
  }

  /** A path that exists on a CSS alone: `noun`, the organization, and what follows, which was checked. */
  cloud(noun: string, ...rest: readonly string[]): string {
    return ['/api/v1', noun, ...[this.cloudOrganization(noun), ...rest].map(encodeURIComponent)].join('/');
  }

  /** @throws SyncServiceError SYNC_WRONG_SERVICE_KIND on an ESS: `what` exists on a CSS alone. */
  cloudOrganization(what: string): string {
    if (this.organization !== undefined) return this.organization;
    throw new SyncServiceError(
      'SYNC_WRONG_SERVICE_KIND',
      `Only a CSS has ${what}, and without an organization this is an ESS`,
    );
  }

  /** @throws SyncServiceError SYNC_WRONG_SERVICE_KIND on a CSS: `what` exists on an ESS alone. */
  requireEdge(what: string): void {
    if (this.kind === 'ESS') return;
    throw new SyncServiceError('SYNC_WRONG_SERVICE_KIND', `Only an ESS can ${what}, and this is a CSS`);
  }
}

/** A query string from the parameters that are there. */
export function query(parameters: Record<string, string | number | boolean | undefined>): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) given.append(name, String(value));
  }
  return given.size > 0 ? `?${given}` : '';
}

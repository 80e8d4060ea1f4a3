import type { DestinationPolicy, DestinationStatus, ObjectMetadata } from '../../protocol/metadata';
import { timeOfTimestamp } from '../../protocol/timestamp';
import type { CallOptions } from '../connection/options';
import type { Requests } from '../connection/requests';
import { invalidArgument } from '../errors';
import { type Paths, query } from './paths';

/** What listed objects have in common; everything that is given must hold. */
export interface ObjectFilter {
  objectType?: string;
  /** Needs objectType. */
  objectID?: string;
  destinationType?: string;
  /** Needs destinationType. */
  destinationID?: string;
  /** Only objects with, or only without, a destination policy. */
  destinationPolicy?: boolean;
  /** `organization/name` of a service that the policy names. */
  service?: string;
  /** The name of a property of the policy. */
  policyProperty?: string;
  /** RFC 3339: whose policy changed since then. */
  since?: string;
  noData?: boolean;
  /** RFC 3339. */
  expirationTimeBefore?: string;
  deleted?: boolean;
}

/** An object with its destinations, without the rest of its metadata. */
export interface ObjectSummary {
  orgID: string;
  objectType: string;
  objectID: string;
  destinationPolicy?: DestinationPolicy;
  destinations: DestinationStatus[] | null;
}

export interface PolicyFilter {
  /** Also those whose policy was marked received; defaults to false. */
  received?: boolean;
  /** `organization/name` of a service that the policy names. */
  service?: string;
  /** Nanoseconds since 1970, as a decimal string: whose policy changed since then. */
  since?: string;
}

/** The lists of objects that a service gives besides the updates of a type. */
export class Listing {
  constructor(
    private readonly requests: Requests,
    private readonly paths: Paths,
  ) {}

  async filtered(filter: ObjectFilter, options: CallOptions): Promise<ObjectMetadata[]> {
    checkFilter(filter);
    // The service would ignore an ID without its type, and list everything.
    if (filter.objectID && !filter.objectType) throw invalidArgument('objectID needs objectType');
    if (filter.destinationID && !filter.destinationType) {
      throw invalidArgument('destinationID needs destinationType');
    }
    for (const field of ['since', 'expirationTimeBefore'] as const) checkTime(field, filter[field]);
    const { service, policyProperty, ...same } = filter;
    const byPolicy = service !== undefined || policyProperty !== undefined || filter.since !== undefined;
    const parameters = {
      filters: true,
      ...same,
      destinationPolicy: filter.destinationPolicy ?? (byPolicy || undefined),
      dpService: service,
      dpPropertyName: policyProperty,
    };
    return this.requests.list<ObjectMetadata>(`${this.#cloud()}${query(parameters)}`, options);
  }

  async types(options: CallOptions): Promise<string[]> {
    return this.requests.names(`${this.#cloud()}?list_object_type=true`, options);
  }

  async allOfType(objectType: string, options: CallOptions): Promise<ObjectSummary[]> {
    return this.requests.list<ObjectSummary>(`${this.paths.type(objectType)}?all_objects=true`, options);
  }

  async withPolicy(filter: PolicyFilter, options: CallOptions): Promise<ObjectSummary[]> {
    checkFilter(filter);
    if (filter.since !== undefined && !/^\d+$/.test(filter.since)) {
      throw invalidArgument(`since must be nanoseconds since 1970, not "${filter.since}"`);
    }
    const parameters = { destination_policy: true, ...filter };
    return this.requests.list<ObjectSummary>(`${this.#cloud()}${query(parameters)}`, options);
  }

  #cloud(): string {
    this.paths.cloudOrganization('lists of all its objects');
    return this.paths.objects;
  }
}

/** The service refuses what it cannot read without saying why, and ignores some of it. */
function checkTime(field: string, text: string | undefined): void {
  if (text === undefined || timeOfTimestamp(text) !== undefined) return;
  throw invalidArgument(`${field} must be a time such as 2031-01-31T12:00:00Z, not "${text}"`);
}

/** The service reads what it cannot use as something else, or as nothing. */
function checkFilter(filter: object): void {
  if (typeof filter !== 'object' || filter === null) throw invalidArgument('The filter must be an object');
  for (const [name, value] of Object.entries(filter)) {
    const isText = typeof value === 'string' && value !== '';
    if (value !== undefined && !isText && typeof value !== 'boolean')
      throw invalidArgument(`The filter's ${name} must be a text, or true or false`);
  }
}

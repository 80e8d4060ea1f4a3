import type { DestinationPolicy, ObjectMetadata, PolicyService } from '../../protocol/metadata';
import { isInVersionRange } from '../../protocol/version-range';
import type { Caller } from '../roles';

/** Whether a service, by its `organization/version/name`, may see an object: one without services is for all. */
export function isForService(metadata: ObjectMetadata, service: string): boolean {
  const services = metadata.destinationPolicy?.services;
  return !services?.length || isAmong(service, services);
}

/** Whether a service is one of those that changes of a policy left out. */
export function isAmong(service: string, services: readonly PolicyService[]): boolean {
  return services.some((each) => isOne(service, each));
}

/** The services that one policy names and a later one does not. */
export function removedServices(before: ObjectMetadata, after: ObjectMetadata): PolicyService[] {
  if (!before.destinationPolicy || !after.destinationPolicy) return [];
  const left = new Set((after.destinationPolicy.services ?? []).map(textOf));
  return (before.destinationPolicy.services ?? []).filter((service) => !left.has(textOf(service)));
}

/** Those that are left when one has acknowledged; undefined where it is none of them. */
export function withoutService(
  services: readonly PolicyService[],
  { role, name }: Caller,
): readonly PolicyService[] | undefined {
  const found = role === 'service' ? services.findIndex((each) => isOne(name, each)) : -1;
  return found < 0 ? undefined : services.filter((_, index) => index !== found);
}

/** Both lists, each service once. */
export function joined(services: readonly PolicyService[], more: readonly PolicyService[]): PolicyService[] {
  return Array.from(new Map([...services, ...more].map((each) => [textOf(each), each])).values());
}

/** As `organization/name`. */
export function servicesOf(policy: DestinationPolicy | null): string[] {
  return policy?.services?.map(({ orgID, serviceName }) => `${orgID}/${serviceName}`) ?? [];
}

function isOne(service: string, { orgID, serviceName, version }: PolicyService): boolean {
  const [organization, itsVersion = '', ...name] = service.split('/');
  return organization === orgID && name.join('/') === serviceName && isInVersionRange(itsVersion, version);
}

function textOf({ orgID, serviceName, version }: PolicyService): string {
  return JSON.stringify([orgID, serviceName, version]);
}

import type { DestinationPolicy, ObjectMetadata } from '../../protocol/metadata';
import { isInVersionRange } from '../../protocol/version-range';

/** A service by what a policy may name: `organization/version/name`. */
export function isForService(metadata: ObjectMetadata, service: string): boolean {
  const services = metadata.destinationPolicy?.services;
  if (!services?.length) return true;
  const [orgID = '', version = '', serviceName = ''] = service.split('/');
  return services.some(
    (each) =>
      each.orgID === orgID && each.serviceName === serviceName && isInVersionRange(version, each.version),
  );
}

/** The services, as `organization/name`, that one policy names and a later one does not. */
export function removedServices(before: ObjectMetadata, after: ObjectMetadata): string[] {
  const left = new Set(servicesOf(after.destinationPolicy));
  return servicesOf(before.destinationPolicy).filter((service) => !left.has(service));
}

export function servicesOf(policy: DestinationPolicy | null): string[] {
  return policy?.services?.map(({ orgID, serviceName }) => `${orgID}/${serviceName}`) ?? [];
}

/** `organization/version/name` as policies are listed: without the version. */
export function unversioned(service: string): string {
  const [orgID = '', , name = ''] = service.split('/');
  return `${orgID}/${name}`;
}

/**
 * The fields that the agent reads (open-horizon/anax, 2026): each file of the kit is one of these structures. A field in
 * brackets may be left out; what has a structure of its own is named by it, and `*` stands for any name.
 */
export type Structure = Record<string, string>;

const structures: Record<string, Structure> = {
  /** common/service_file.go: ServiceFile. */
  service: {
    org: 'string',
    label: 'string',
    description: 'string',
    documentation: 'string',
    public: 'boolean',
    url: 'string',
    version: 'string',
    arch: 'string',
    sharable: 'string',
    requiredServices: 'array',
    userInput: 'userInput[]',
    deployment: 'deployment',
  },
  /** exchangecommon/service.go: UserInput. */
  userInput: { name: 'string', label: 'string', type: 'string', defaultValue: 'string' },
  /** common/deploymentconfig.go: DeploymentConfig. */
  deployment: { services: 'containers' },
  containers: { '*': 'container' },
  /** containermessage/models.go: Service. */
  container: {
    image: 'string',
    privileged: 'boolean',
    network: 'string',
    '[environment]': 'string[]',
    '[binds]': 'string[]',
    '[tmpfs]': 'strings',
    '[ports]': 'port[]',
    '[max_memory_mb]': 'number',
    '[max_cpus]': 'number',
    '[log_driver]': 'string',
    '[user]': 'string',
    secrets: 'secrets',
  },
  /** go-dockerclient: PortBinding. */
  port: { HostPort: 'string', HostIP: 'string' },
  strings: { '*': 'string' },
  secrets: { '*': 'secret' },
  secret: { '[description]': 'string' },
  /** common/pattern_file.go: PatternFile. */
  pattern: {
    name: 'string',
    label: 'string',
    description: 'string',
    public: 'boolean',
    services: 'serviceReference[]',
    '[userInput]': 'serviceInput[]',
    '[secretBinding]': 'array',
  },
  /** common/pattern_file.go: ServiceReferenceFile. */
  serviceReference: {
    serviceUrl: 'string',
    serviceOrgid: 'string',
    serviceArch: 'string',
    serviceVersions: 'serviceVersion[]',
  },
  /** businesspolicy/business_policy.go: WorkloadChoice. */
  serviceVersion: { version: 'string', '[priority]': 'priority' },
  priority: { priority_value: 'number', retries: 'number', retry_durations: 'number' },
  /** policy/user_input.go: UserInput, Input. */
  serviceInput: {
    serviceOrgid: 'string',
    serviceUrl: 'string',
    '[serviceArch]': 'string',
    '[serviceVersionRange]': 'string',
    inputs: 'input[]',
  },
  input: { name: 'string', value: 'any' },
  /** common/userinput_file.go: UserInputFile. */
  userInputFile: { services: 'serviceInput[]' },
  /** externalpolicy/external_policy.go: ExternalPolicy. */
  policy: { properties: 'property[]', constraints: 'string[]' },
  property: { name: 'string', value: 'any' },
  /** exchangecommon/servicepolicy.go: ServicePolicy. */
  servicePolicy: {
    label: 'string',
    description: 'string',
    properties: 'property[]',
    constraints: 'string[]',
  },
  /** exchangecommon/nodepolicy.go: NodePolicy. */
  nodePolicy: {
    label: 'string',
    description: 'string',
    properties: 'property[]',
    constraints: 'string[]',
    deployment: 'policy',
  },
  /** businesspolicy/business_policy.go: BusinessPolicy, ServiceRef. */
  deploymentPolicy: {
    label: 'string',
    description: 'string',
    service: 'policyReference',
    properties: 'property[]',
    constraints: 'string[]',
    '[userInput]': 'serviceInput[]',
  },
  policyReference: { name: 'string', org: 'string', arch: 'string', serviceVersions: 'serviceVersion[]' },
  /** cli/cliconfig: the variables of a project. */
  project: { HZN_ORG_ID: 'string', MetadataVars: 'strings' },
  /** cli/sync_service/object.go: what `hzn mms object new` prints. */
  object: {
    objectID: 'string',
    objectType: 'string',
    destinationOrgID: 'string',
    '[destinationType]': 'string',
    '[destinationID]': 'string',
    '[destinationPolicy]': 'destinationPolicy',
    version: 'string',
    description: 'string',
  },
  /** edge-sync-service, common/common.go: Policy, ServiceID. */
  destinationPolicy: { properties: 'property[]', constraints: 'string[]', services: 'policyService[]' },
  policyService: { orgID: 'string', serviceName: 'string', arch: 'string', version: 'string' },
};

/** What in a value is not as the structure says, each with where it is. */
export function problemsOf(value: unknown, type: string, path = ''): string[] {
  if (type === 'any') return [];
  if (type === 'array') return Array.isArray(value) ? [] : [`${path} is no array`];
  if (type.endsWith('[]')) {
    if (!Array.isArray(value)) return [`${path} is no array`];
    return value.flatMap((each, index) => problemsOf(each, type.slice(0, -2), `${path}[${index}]`));
  }
  const structure = structures[type];
  if (!structure) return typeof value === type ? [] : [`${path} is no ${type}`];
  if (typeof value !== 'object' || value === null) return [`${path} is no ${type}`];
  const found = Object.entries(value).flatMap(([name, each]) => {
    const known = structure[name] ?? structure[`[${name}]`] ?? structure['*'];
    return known ? problemsOf(each, known, `${path}.${name}`) : [`${path}.${name} is not known`];
  });
  const missing = Object.keys(structure).filter((name) => !/[[*]/.test(name) && !(name in value));
  return [...found, ...missing.map((name) => `${path}.${name} is missing`)];
}

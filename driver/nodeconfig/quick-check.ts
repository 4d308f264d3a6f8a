import { readNodeRotation, type WrittenRotation } from '../options/rotation.ts';
import { parseRotationInterval } from '../options/rotation-interval.ts';
import {
  faultOfKubernetesName,
  faultOfObjectPattern,
  faultOfPolicyName,
  faultOfVaultPattern,
} from '../policy/patterns.ts';
import {
  countPatterns,
  defaultPolicy,
  identityKinds,
  MAX_DESCRIPTION,
  MAX_LISTED,
  MAX_PATTERNS,
  MAX_RULES,
  type Policy,
} from '../policy/policy.ts';
import { defaultNodeConfig, type NodeConfig } from './node-config.ts';
import {
  DEADLINE_SECONDS,
  isApiVersion,
  isAudience,
  isAuthority,
  isCloudName,
  isHost,
  isPemBundle,
  isPercentEncoded,
  isProxy,
  isUnproxied,
  MAX_API_VERSIONS,
  MAX_CA_BUNDLE,
  MAX_NMI_PORTS,
  MAX_PROXY,
  MAX_UNPROXIED,
} from './texts.ts';

type Check = (value: unknown) => boolean;
type Fields = Readonly<Record<string, unknown>>;

/**
 * A node configuration that is right, or undefined when it may not be: then the schema says what is wrong.
 *
 * Every mount reads the configuration, which the installer has validated before it wrote it, and the schema takes 3 ms
 * of CPU and 3 MB to build. This takes nothing that the schema would refuse (quick-check.test.ts).
 */
export function checkQuickly(document: unknown): NodeConfig | undefined {
  if (!isNodeConfig(document)) return undefined;
  const { policy, rotation = {}, ...rest } = document as WrittenConfig;
  const config = { ...defaultNodeConfig, ...rest, rotation: readNodeRotation(rotation) };
  return policy ? { ...config, policy: { ...defaultPolicy, ...policy } } : config;
}

/** What is right, with what was left out. */
type WrittenConfig = Partial<Omit<NodeConfig, 'policy' | 'rotation'>> & {
  readonly policy?: Pick<Policy, 'enabled'> & Partial<Policy>;
  readonly rotation?: WrittenRotation;
};

const isRule = map(
  {
    namespaces: patterns(faultOfKubernetesName),
    serviceAccounts: patterns(faultOfKubernetesName),
    vaults: patterns(faultOfVaultPattern),
    objects: patterns(faultOfObjectPattern),
    identities: list(1, MAX_LISTED, (kind) => kind === '*' || (identityKinds as unknown[]).includes(kind)),
  },
  { description: text((value) => value.length <= MAX_DESCRIPTION) },
);

const isPolicyOfAnySize = map(
  { enabled: (value) => typeof value === 'boolean' },
  { name: text((value) => faultOfPolicyName(value) === undefined), rules: list(0, MAX_RULES, isRule) },
);

const isApiVersions = list(1, MAX_API_VERSIONS, text(isApiVersion));

const isCloud = map(
  { authority: text(isAuthority), vaultSuffix: text(isHost) },
  {
    resource: text(isAudience),
    apiVersions: map({}, { secret: isApiVersions, key: isApiVersions, cert: isApiVersions }),
  },
);

const isRotation = map(
  {},
  {
    defaultInterval: text((value) => typeof parseRotationInterval(value) !== 'object'),
    keepServicePrincipals: (value) => typeof value === 'boolean',
  },
);

const isNodeConfig = map(
  { schemaVersion: (value) => value === 1 },
  {
    clouds: (value) =>
      isMap(value) && Object.keys(value).every(isCloudName) && Object.values(value).every(isCloud),
    caBundle: text((value) => value.length <= MAX_CA_BUNDLE && isPemBundle(value)),
    httpsProxy: text((value) => value.length <= MAX_PROXY && isProxy(value) && isPercentEncoded(value)),
    noProxy: list(0, MAX_UNPROXIED, text(isUnproxied)),
    nmiPorts: list(1, MAX_NMI_PORTS, integer(1, 65_535)),
    deadlineSeconds: integer(DEADLINE_SECONDS.min, DEADLINE_SECONDS.max),
    policy: (value) =>
      isPolicyOfAnySize(value) && countPatterns((value as Policy).rules ?? []) <= MAX_PATTERNS,
    rotation: isRotation,
  },
);

/** A map with all of these keys, perhaps those, and no others. */
function map(required: Readonly<Record<string, Check>>, optional: Readonly<Record<string, Check>>): Check {
  return (value) =>
    isMap(value) &&
    Object.keys(required).every((key) => Object.hasOwn(value, key)) &&
    Object.keys(value).every((key) => {
      const known = Object.hasOwn(required, key) ? required : optional;
      return Object.hasOwn(known, key) && known[key]?.(value[key]) === true;
    });
}

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function list(min: number, max: number, item: Check): Check {
  return (value) =>
    Array.isArray(value) && value.length >= min && value.length <= max && value.every((one) => item(one));
}

function patterns(faultOf: (pattern: string) => string | undefined): Check {
  return list(
    1,
    MAX_LISTED,
    text((pattern) => faultOf(pattern) === undefined),
  );
}

function text(isRight: (text: string) => boolean): Check {
  return (value) => typeof value === 'string' && isRight(value);
}

function integer(min: number, max: number): Check {
  return (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
}

import { rootCertificates } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { NodeConfig } from '../../nodeconfig/node-config.ts';
import { checkQuickly } from '../../nodeconfig/quick-check.ts';
import { parseNodeConfig } from '../../nodeconfig/schema.ts';
import { area } from './area.ts';
import { json, nearlyText, objectOf, text } from './hostile.ts';

const [certificate = ''] = rootCertificates;
/** Every key of a node configuration, right. */
export const whole = {
  schemaVersion: 1,
  clouds: {
    MyStack: {
      authority: 'https://login.stack.local',
      vaultSuffix: 'vault.stack.local',
      resource: 'https://vault.stack.local/id',
      apiVersions: { secret: ['7.1', '2016-10-01'] },
    },
  },
  caBundle: certificate,
  httpsProxy: 'http://user:password@proxy.example:3128',
  noProxy: ['*.internal'],
  nmiPorts: [2579],
  deadlineSeconds: 60,
  rotation: { defaultInterval: '1h', keepServicePrincipals: false },
  policy: {
    enabled: true,
    name: 'shop',
    rules: [
      {
        description: 'what the shop needs',
        namespaces: ['shop-*'],
        serviceAccounts: ['*'],
        vaults: ['shop'],
        objects: ['secret/*'],
        identities: ['pod-identity'],
      },
    ],
  },
};
const places = ['policy', ...Object.keys(whole)];
const changed = fc
  .array(fc.tuple(fc.oneof(fc.constantFrom(...places), text), fc.oneof(text, json)), { maxLength: 3 })
  .map((entries) => JSON.stringify({ ...whole, ...objectOf(entries) }));

/** What lies beside the driver: nearly right, or anything. */
const documents = fc.oneof(
  { weight: 4, arbitrary: changed },
  { weight: 3, arbitrary: nearlyText(JSON.stringify(whole)) },
  { weight: 1, arbitrary: json.map((document) => JSON.stringify(document)) },
  { weight: 1, arbitrary: text },
);

export const nodeConfigArea = area('node configuration', documents, (document) => {
  const { deadlineSeconds, clouds, nmiPorts } = parseBothWays(document);
  if (!(deadlineSeconds >= 5 && deadlineSeconds <= 110))
    throw new Error(`a deadline of ${deadlineSeconds} s`);
  for (const { authority } of Object.values(clouds))
    if (new URL(authority).protocol !== 'https:') throw new Error(`an authority ${authority}`);
  if (nmiPorts.length === 0) throw new Error('no port of NMI');
});

/**
 * By the schema, and by the quick check that goes before it and may leave anything to it.
 * @throws what the schema throws; an error when the quick check takes what the schema does not, or takes it for another
 */
export function parseBothWays(document: string): NodeConfig {
  const quick = parsedQuickly(document);
  let config: NodeConfig | undefined;
  try {
    config = parseNodeConfig(document);
  } catch (error) {
    if (quick === undefined) throw error;
  }
  if (config === undefined || !isDeepStrictEqual(quick ?? config, config))
    throw new Error('the quick check gives another configuration');
  return config;
}

function parsedQuickly(document: string): NodeConfig | undefined {
  let json: unknown;
  try {
    json = JSON.parse(document);
  } catch {
    return undefined;
  }
  return checkQuickly(json);
}

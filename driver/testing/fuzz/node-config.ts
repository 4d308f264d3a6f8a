import { rootCertificates } from 'node:tls';
import fc from 'fast-check';
import { parseNodeConfig } from '../../nodeconfig/schema.ts';
import { area } from './area.ts';
import { json, nearlyText, objectOf, text } from './hostile.ts';

const [certificate = ''] = rootCertificates;
const whole = {
  schemaVersion: 1,
  clouds: { MyStack: { authority: 'https://login.stack.local', vaultSuffix: 'vault.stack.local' } },
  caBundle: certificate,
  httpsProxy: 'http://user:password@proxy.example:3128',
  noProxy: ['*.internal'],
  nmiPorts: [2579],
  deadlineSeconds: 60,
  policy: {
    enabled: true,
    name: 'shop',
    rules: [
      {
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
  const { deadlineSeconds, clouds, nmiPorts } = parseNodeConfig(document);
  if (!(deadlineSeconds >= 5 && deadlineSeconds <= 110))
    throw new Error(`a deadline of ${deadlineSeconds} s`);
  for (const { authority } of Object.values(clouds))
    if (new URL(authority).protocol !== 'https:') throw new Error(`an authority ${authority}`);
  if (nmiPorts.length === 0) throw new Error('no port of NMI');
});

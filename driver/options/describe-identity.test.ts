import { expect, test } from 'vitest';
import { describeIdentity } from './describe-identity.ts';
import { CANARY_SECRET, parse } from './testing/valid-options.ts';

const CLIENT_ID = 'abcdefab-cdef-abcd-efab-cdefabcdefab';

test.each<[string, Record<string, string>, string]>([
  [
    'a service principal, without its secret',
    {},
    'service principal 11111111-2222-3333-4444-555555555555 of tenant 66666666-7777-8888-9999-000000000000',
  ],
  ['a pod identity', { usepodidentity: 'true' }, 'the pod identity of shop/web-0'],
  [
    'a system-assigned identity',
    { usevmmanagedidentity: '1' },
    "the node's system-assigned managed identity",
  ],
  [
    'a user-assigned identity',
    { usevmmanagedidentity: '1', vmmanagedidentityclientid: CLIENT_ID },
    `managed identity ${CLIENT_ID} of the node`,
  ],
  [
    'a user-assigned identity by its object id',
    { usevmmanagedidentity: '1', vmmanagedidentityobjectid: CLIENT_ID },
    `the managed identity with object id ${CLIENT_ID} of the node`,
  ],
  [
    'a service principal whose tenant the vault names',
    { tenantid: '' },
    'service principal 11111111-2222-3333-4444-555555555555',
  ],
  [
    'a workload identity',
    { useworkloadidentity: '1', clientid: CLIENT_ID },
    `workload identity ${CLIENT_ID} of tenant 66666666-7777-8888-9999-000000000000 (service account shop/web)`,
  ],
])('%s', async (_, changes, expected) => {
  const { identity, pod } = await parse(changes);
  const text = describeIdentity(identity, pod);
  expect(text).toBe(expected);
  expect(text).not.toContain(CANARY_SECRET);
});

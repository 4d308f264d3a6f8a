import { expect, test } from 'vitest';
import { realAzure, realVariables } from './environment.ts';

const all = Object.fromEntries(realVariables.map((name) => [name, `value of ${name}`]));

test('without any variable there is no real Azure', () => {
  expect(realAzure({})).toBeUndefined();
  expect(realAzure({ E2E_AZURE_VAULT: '' })).toBeUndefined();
});

test('all variables name it', () => {
  expect(realAzure(all)).toMatchObject({
    tenant: 'value of E2E_AZURE_TENANT_ID',
    vaults: { fallbackkv: 'value of E2E_AZURE_FALLBACK_VAULT' },
  });
});

test.each(realVariables)('a forgotten %s is told, not taken for a run without real vaults', (name) => {
  expect(() => realAzure({ ...all, [name]: undefined })).toThrow(name);
});

import { describe, expect, test } from 'vitest';
import { oneFault, parse, refusal } from './testing/valid-options.ts';

const stack = { authority: 'https://login.stack.local', vaultSuffix: 'vault.stack.local' };

describe('the clouds of Azure, in any case', () => {
  test.each([
    ['', 'login.microsoftonline.com', 'vault.azure.net'],
    ['AzurePublicCloud', 'login.microsoftonline.com', 'vault.azure.net'],
    ['AZUREPUBLICCLOUD', 'login.microsoftonline.com', 'vault.azure.net'],
    ['azureusgovernmentcloud', 'login.microsoftonline.us', 'vault.usgovcloudapi.net'],
    [' AzureChinaCloud ', 'login.chinacloudapi.cn', 'vault.azure.cn'],
    ['azureGermanCloud', 'login.microsoftonline.de', 'vault.microsoftazure.de'],
  ])('%j', async (cloudname, login, suffix) => {
    expect((await parse({ cloudname })).cloud).toMatchObject({
      authority: `https://${login}`,
      vaultSuffix: suffix,
      resource: `https://${suffix}`,
    });
  });

  test('have regional token endpoints only in the public one', async () => {
    expect((await parse({})).cloud.regionalSuffix).toBe('login.microsoft.com');
    expect((await parse({ cloudname: 'AzureChinaCloud' })).cloud.regionalSuffix).toBeUndefined();
  });
});

describe('a cloud of the node configuration', () => {
  test('is found in any case, and its resource follows from the suffix', async () => {
    expect((await parse({ cloudname: 'MYSTACK' }, { MyStack: stack })).cloud).toEqual({
      name: 'MyStack',
      ...stack,
      resource: 'https://vault.stack.local',
    });
  });

  test('may have an AD FS for its authority', async () => {
    const adfs = { ...stack, authority: 'https://adfs.stack.local/adfs' };
    expect((await parse({ cloudname: 'MyStack' }, { MyStack: adfs })).cloud).toMatchObject({
      authority: 'https://adfs.stack.local',
      adfs: true,
    });
  });

  test('may have a resource of its own', async () => {
    const { cloud } = await parse(
      { cloudname: 'MyStack' },
      { MyStack: { ...stack, resource: 'https://other.local' } },
    );
    expect(cloud.resource).toBe('https://other.local');
  });

  test("wins over Azure's own, also as the default", async () => {
    expect((await parse({}, { azurepubliccloud: stack })).cloud.vaultSuffix).toBe('vault.stack.local');
  });
});

describe('a cloud that is not known is refused', () => {
  const known = 'known: AzurePublicCloud, AzureUSGovernmentCloud, AzureChinaCloud, AzureGermanCloud';
  test.each([
    ['with the nearest name', 'AzureUSGovermentCloud', '; did you mean AzureUSGovernmentCloud?'],
    ['without one when none is near', 'aws', ''],
    ['when it is a property of every object', 'constructor', ''],
  ])('%s', async (_, cloudname, hint) => {
    expect(await refusal({ cloudname })).toBe(
      oneFault(`cloudname: "${cloudname}" is not a known cloud${hint} (${known})`),
    );
  });

  test('naming those of the node configuration too', async () => {
    expect(await refusal({ cloudname: 'MyStak' }, { MyStack: stack })).toBe(
      oneFault(`cloudname: "MyStak" is not a known cloud; did you mean MyStack? (${known}, MyStack)`),
    );
  });
});

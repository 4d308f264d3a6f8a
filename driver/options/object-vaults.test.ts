import { describe, expect, test } from 'vitest';
import { type Changes, oneFault, parse, refusal, withoutLists } from './testing/valid-options.ts';

async function itemsOf(objects: string, changes: Changes = {}) {
  return (await parse({ ...withoutLists, objects, ...changes })).items;
}

function refusalOf(objects: string, changes: Changes = {}): Promise<string> {
  return refusal({ ...withoutLists, objects, ...changes });
}

describe('vaults', () => {
  const vaultsOf = async (objects: string, changes: Changes) =>
    (await itemsOf(objects, changes)).map(({ vault, fallbackVault }) => [vault, fallbackVault]);

  test('may differ from object to object', async () => {
    expect(await vaultsOf('- {name: a}\n- {name: b, vault: other}', {})).toEqual([
      ['shop-vault', undefined],
      ['other', undefined],
    ]);
  });

  test('may be named by the objects only', async () => {
    expect(
      await vaultsOf('- {name: a, vault: one}\n- {name: b, vault: other}', { keyvaultname: '' }),
    ).toEqual([
      ['one', undefined],
      ['other', undefined],
    ]);
  });

  test("have the volume's fallback where they are the volume's vault", async () => {
    const objects = `
- {name: a}
- {name: b, vault: SHOP-vault}
- {name: c, vault: other}
- {name: d, vault: other, fallbackvault: third}
- {name: e, fallbackvault: third}`;
    expect(await vaultsOf(objects, { fallbackvault: 'spare' })).toEqual([
      ['shop-vault', 'spare'],
      ['SHOP-vault', 'spare'],
      ['other', undefined],
      ['other', 'third'],
      ['shop-vault', 'third'],
    ]);
  });

  test('have a fallback with the lists too', async () => {
    expect((await parse({ fallbackvault: 'spare' })).items[0]?.fallbackVault).toBe('spare');
  });

  test.each<[string, string, Changes, string]>([
    [
      'are named nowhere',
      '- {name: a, vault: x-y}\n- {name: b}',
      { keyvaultname: '' },
      'keyvaultname: is missing; name the vault to read from, or give objects[1] a vault',
    ],
    [
      'are URLs',
      '- {name: a, vault: "https://x.vault.azure.net"}',
      {},
      'objects[0].vault: "https://x.vault.azure.net" must be the name of a vault: 3 to 24 letters, digits and single dashes (no URL)',
    ],
    [
      'are their own fallback',
      '- {name: a, vault: one, fallbackvault: ONE}',
      {},
      'objects[0].fallbackvault: is the vault itself; name another one',
    ],
    [
      "are the volume's and their own fallback",
      '- {name: a, fallbackvault: shop-VAULT}',
      {},
      'objects[0].fallbackvault: is the vault itself; name another one',
    ],
    [
      'fall back to themselves as a whole',
      '- {name: a}',
      { fallbackvault: 'Shop-vault' },
      'fallbackvault: is the vault itself; name another one',
    ],
    [
      'have a fallback for a vault that is not named',
      '- {name: a, vault: one}',
      { keyvaultname: '', fallbackvault: 'spare' },
      'fallbackvault: stands in for keyvaultname, which is missing; give the objects a fallbackvault each',
    ],
    [
      'have a faulty fallback',
      '- {name: a}',
      { fallbackvault: 'x' },
      'fallbackvault: must be the name of a vault: 3 to 24 letters, digits and single dashes (no URL)',
    ],
  ])('are refused when they %s', async (_, objects, changes, text) => {
    expect(await refusalOf(objects, changes)).toBe(oneFault(text));
  });
});

// The command as a process, as an admin runs it.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { nodeDirectory } from '../testing/node-directory.ts';

const shops = {
  description: 'the shops',
  namespaces: ['shop-*'],
  serviceAccounts: ['web'],
  vaults: ['shop-*'],
  objects: ['secret/db-*', 'cert/site'],
  identities: ['pod-identity'],
};
const operations = {
  namespaces: ['ops'],
  serviceAccounts: ['*'],
  vaults: ['*'],
  objects: ['*/*'],
  identities: ['*'],
};
const policy = { enabled: true, name: 'shops', rules: [shops, operations] };

const pod = ['--namespace', 'shop-1', '--service-account', 'web', '--identity', 'pod-identity'];
const vault = ['--vault', 'shop-kv'];
const object = ['--object', 'secret/db-password'];

describe('asked of the policy in force on the node', () => {
  test('it tells which rule allows an object', async () => {
    expect(await testOnNode(policy, [...pod, ...vault, ...object])).toEqual({
      exitCode: 0,
      lines: [
        'Policy "shops" of FILE: enabled, 2 rules.',
        'The pod\'s namespace is "shop-1", its service account "web", the identity pod-identity.',
        '',
        'secret/db-password of vault shop-kv: allowed by rule 1 (the shops)',
        '',
        'The volume is allowed.',
      ],
    });
  });

  test('it tells of each rule all that does not match', async () => {
    const asker = ['--namespace', 'web', '--service-account', 'web', '--identity', 'managed-identity'];
    const { exitCode, lines } = await testOnNode(policy, [...asker, '--vault', 'other', ...object]);
    expect({ exitCode, lines: lines.slice(3) }).toEqual({
      exitCode: 1,
      lines: [
        'secret/db-password of vault other: denied',
        '  rule 1 (the shops): none of namespaces "shop-*" matches "web"; none of identities "pod-identity" matches "managed-identity"; none of vaults "shop-*" matches "other"',
        '  rule 2: none of namespaces "ops" matches "web"',
        '',
        'The volume is denied.',
      ],
    });
  });

  test('one denied object of many denies the volume', async () => {
    const more = [...object, '--object', 'cert/site', '--object', 'secret/site'];
    const { exitCode, lines } = await testOnNode(policy, [...pod, ...vault, ...more]);
    expect(exitCode).toBe(1);
    expect(lines.filter((line) => /^\w+\//.test(line))).toEqual([
      'secret/db-password of vault shop-kv: allowed by rule 1 (the shops)',
      'cert/site of vault shop-kv: allowed by rule 1 (the shops)',
      'secret/site of vault shop-kv: denied',
    ]);
  });

  test('a fallback vault is asked of as well', async () => {
    const { exitCode, lines } = await testOnNode(policy, [...pod, ...vault, '--vault', 'spare', ...object]);
    expect(exitCode).toBe(1);
    expect(lines).toContain('secret/db-password of vault spare: denied');
  });

  test('a selection has to be covered whole, each alternative of its own', async () => {
    const { lines } = await testOnNode(policy, [...pod, ...vault, '--object', 'secret/{db-a*,d?}']);
    expect(lines).toContain('secret/db-a* of vault shop-kv: allowed by rule 1 (the shops)');
    expect(lines).toContain(
      '  rule 1 (the shops): none of objects "secret/db-*", "cert/site" covers all that "secret/d?" can match',
    );
  });

  test.each([
    [
      { ...policy, enabled: false },
      'The volume is allowed, as the policy is not enabled; enabled, it would be denied.',
    ],
    [undefined, 'FILE has no policy, so every volume is allowed.'],
  ])('what is not in force denies nothing', async (inForce, last) => {
    const { exitCode, lines } = await testOnNode(inForce, [...pod, ...vault, '--object', 'key/a']);
    expect({ exitCode, last: lines.at(-1) }).toEqual({ exitCode: 0, last });
  });

  test('an enabled policy without rules denies', async () => {
    const { exitCode, lines } = await testOnNode({ enabled: true }, [...pod, ...vault, ...object]);
    expect(exitCode).toBe(1);
    expect(lines).toContain('  there are no rules');
  });
});

test('a configuration can be piped in before it is rolled out', async () => {
  const args = ['--config', '-', ...pod, ...vault, ...object];
  const { exitCode, stdout } = await run(args, {}, JSON.stringify({ schemaVersion: 1, policy }));
  expect({ exitCode, first: stdout.split('\n')[0] }).toEqual({
    exitCode: 0,
    first: 'Policy "shops" of the configuration piped in: enabled, 2 rules.',
  });
});

describe('it cannot tell, and says why,', () => {
  test.each<[string, string[], string | undefined, RegExp]>([
    [
      'without arguments',
      [],
      undefined,
      /^--namespace is missing\n--service-account is missing\n--identity is missing\n--vault is missing\n--object is missing\n\nUsage: installer policy test/,
    ],
    ['of an unknown argument', ['--pod', 'web-0'], undefined, /^Unknown option '--pod'/],
    [
      'of an identity that is none',
      [...pod, '--identity', 'none', ...vault, ...object],
      undefined,
      /^--identity none: must be one of service-principal, /,
    ],
    [
      'of a vault that is a URL',
      [...pod, '--vault', 'https://a', ...object],
      undefined,
      /^--vault https:\/\/a: must be the name of a vault/,
    ],
    [
      'of an object without a type',
      [...pod, ...vault, '--object', 'db'],
      undefined,
      /^--object db: must be secret, key or cert, a slash and the name/,
    ],
    [
      'of an object that is no glob',
      [...pod, ...vault, '--object', 'key/a.*'],
      undefined,
      /^--object key\/a\.\*: the name may only hold/,
    ],
    [
      'of a configuration that is not there',
      ['--config', '/nowhere', ...pod, ...vault, ...object],
      undefined,
      /^cannot read the node configuration \/nowhere \(ENOENT\)/,
    ],
    [
      'of a configuration that the driver refuses',
      ['--config', '-', ...pod, ...vault, ...object],
      '{"schemaVersion":1,"policy":{}}',
      /^the configuration piped in: the node configuration is invalid: policy\.enabled: .*; with it, the driver refuses every mount/,
    ],
  ])('%s', async (_, args, input, message) => {
    const { exitCode, stdout, stderr } = await run(args, {}, input);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  test('of another command', async () => {
    const { exitCode, stderr } = await program(['policy', 'show']);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringMatching(
        /^installer: there is no command "policy show"[\s\S]* {2}policy test {2}/,
      ),
    });
  });
});

/** With the policy where the installer puts it; that file's name is `FILE` in the answer. */
async function testOnNode(policyInForce: unknown, args: readonly string[]) {
  await using node = await nodeDirectory();
  const file = join(node.driverDirectory, '.config.json');
  await mkdir(node.driverDirectory);
  await writeFile(file, JSON.stringify({ schemaVersion: 1, policy: policyInForce }));
  const { exitCode, stdout, stderr } = await run(args, { PLUGIN_DIRECTORY: node.settings.pluginDirectory });
  expect(stderr).toBe('');
  return { exitCode, lines: stdout.replaceAll(file, 'FILE').split('\n') };
}

function run(args: readonly string[], env: Record<string, string>, input?: string) {
  return program(['policy', 'test', ...args], env, input);
}

function program(args: readonly string[], env: Record<string, string> = {}, input = '') {
  const main = join(import.meta.dirname, '..', 'main.ts');
  return execa(process.execPath, [main, ...args], { reject: false, extendEnv: false, env, input });
}

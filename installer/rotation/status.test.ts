import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { nodeDirectory } from '../testing/node-directory.ts';
import { runStatus } from './status.ts';
import { placedRecord } from './testing/placed-record.ts';

async function statusWith(nodeConfig: string, args: readonly string[] = [], isStale = false) {
  const node = await nodeDirectory();
  onTestFinished(() => node[Symbol.asyncDispose]());
  await mkdir(node.driverDirectory);
  await writeFile(join(node.driverDirectory, '.config.json'), nodeConfig);
  const records = join(node.settings.runDirectory, 'records');
  mkdirSync(records, { recursive: true });
  writeFileSync(join(records, 'a'.repeat(32)), JSON.stringify(placedRecord('web-0', { isStale })));
  const settings = { ...node.settings, rotation: { signals: false, events: undefined } };
  return runStatus(args, { version: 'test', settings: () => settings, standardInput: async () => '' });
}

test('volumes are listed with their interval', async () => {
  const { output, errors, exitCode } = await statusWith('{"schemaVersion":1}');
  expect({ errors, exitCode }).toEqual({ errors: '', exitCode: 0 });
  expect(output).toContain('shop/web-0 web-0 (pod-identity)\n');
  expect(output).toMatch(/^ {2}rotates every 5m, next at /m);
});

test('of one that started with what was known of old it is told, and that it is read until it is fresh', async () => {
  const { output } = await statusWith('{"schemaVersion":1}', [], true);
  expect(output).toMatch(
    /^ {2}started with what was known of old, as Azure could not be asked\n {2}is read again until it is fresh, next at /m,
  );
});

test.each([[[]], [['--output', 'json']]])(
  'with a node configuration that nobody can use they are listed all the same, and that is told: %j',
  async (args) => {
    const { output, errors, exitCode } = await statusWith('{"schemaVersion":', args);
    expect(output).toContain('web-0');
    expect(errors).toBe(
      'the node configuration is not valid JSON; mend the Helm value "nodeConfig": until then nothing on this node mounts or rotates\n',
    );
    expect(exitCode).toBe(1);
  },
);

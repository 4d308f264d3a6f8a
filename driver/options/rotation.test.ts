import { describe, expect, test } from 'vitest';
import { defaultNodeConfig } from '../nodeconfig/node-config.ts';
import { readNodeRotation, rotationIntervalOf } from './rotation.ts';
import { validOptions } from './testing/valid-options.ts';
import { parseVolumeOptions } from './volume-options.ts';

const VERSION = '0'.repeat(32);
const { keyvaultobjectnames, keyvaultobjecttypes, ...others } = validOptions as Record<string, string>;

async function intervalOf(options: Record<string, string>, defaultInterval = 'off') {
  const { rotation } = await parseVolumeOptions(JSON.stringify(options), defaultNodeConfig.clouds);
  return rotationIntervalOf(rotation, readNodeRotation({ defaultInterval }));
}

const lists = { ...others, keyvaultobjectnames: 'a;b', keyvaultobjecttypes: 'secret;secret' };
const objects = { ...others, objects: '[{name: a, type: secret}]' };

describe('a volume is read again', () => {
  test.each<[string, Record<string, string>, string, number | 'off']>([
    ['at its own interval', { ...objects, rotationinterval: '1m' }, '5m', 60_000],
    ['at the node’s when it has none', objects, '5m', 300_000],
    ['at its own when the node has none', { ...objects, rotationinterval: '1m' }, 'off', 60_000],
    ['never when nobody says so', objects, 'off', 'off'],
    ['never when it says so', { ...objects, rotationinterval: 'off' }, '5m', 'off'],
    ['never by the node’s when it has the predecessor’s lists', lists, '5m', 'off'],
    ['at its own when it has the predecessor’s lists', { ...lists, rotationinterval: '1m' }, '5m', 60_000],
    [
      'never when all its versions are pinned',
      { ...lists, keyvaultobjectversions: `${VERSION};${VERSION}`, rotationinterval: '1m' },
      '5m',
      'off',
    ],
    [
      'when one of its versions is not pinned',
      { ...lists, keyvaultobjectversions: `${VERSION};`, rotationinterval: '1m' },
      '5m',
      60_000,
    ],
    [
      'when it has a selection',
      { ...others, objects: '[{select: {name: "*"}, type: secret}]', rotationinterval: '1m' },
      'off',
      60_000,
    ],
  ])('%s', async (_, options, defaultInterval, interval) => {
    expect(await intervalOf(options, defaultInterval)).toBe(interval);
  });
});

test('an interval that is none is a fault that quotes it', async () => {
  await expect(intervalOf({ ...objects, rotationinterval: '5' })).rejects.toThrow(
    'rotationinterval: "5" must be a whole number with a unit',
  );
});

test.each([
  ['HUP', 'SIGHUP'],
  ['sigusr1', 'SIGUSR1'],
  [' Term ', 'SIGTERM'],
])('the signal %j is %s', async (written, signal) => {
  const document = JSON.stringify({ ...objects, rotationsignal: written });
  expect((await parseVolumeOptions(document, {})).rotationSignal).toBe(signal);
});

test.each(['KILL', '9', '1', 'HUP;TERM', 'STOP'])('the signal %j is a fault', async (written) => {
  await expect(intervalOf({ ...objects, rotationsignal: written })).rejects.toThrow(
    `rotationsignal: "${written}" must be HUP, USR1, USR2 or TERM`,
  );
});

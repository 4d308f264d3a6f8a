import { expect, test } from 'vitest';
import { parseSettings } from './settings.ts';

test('without any variable the paths of the image hold', () => {
  expect(parseSettings({ PATH: '/bin' })).toEqual({
    driverFile: '/opt/keyvault-flexvol/kv',
    nodeConfigFile: '/etc/keyvault-flexvol/config.json',
    pluginDirectory: '/volume-plugins',
    pluginDirectoryOnNode: '/volume-plugins',
    healthPort: 9808,
    metricsPort: undefined,
    runDirectory: '/run/keyvault-flexvol',
    agent: undefined,
    rotation: false,
    healthHost: undefined,
    metricsHost: undefined,
    nodeAddress: undefined,
  });
});

test('all faulty variables are named at once', () => {
  expect(() => parseSettings({ PLUGIN_DIRECTORY: 'exec', HEALTH_PORT: '0' })).toThrow(
    /PLUGIN_DIRECTORY: must be an absolute path; HEALTH_PORT: /,
  );
});

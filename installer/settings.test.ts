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
    rotation: undefined,
    agentHealthPort: 9810,
    agentMetricsPort: undefined,
    healthHost: undefined,
    metricsHost: undefined,
    nodeAddress: undefined,
    uninstall: false,
    startupTaint: undefined,
  });
});

test('all faulty variables are named at once', () => {
  expect(() => parseSettings({ PLUGIN_DIRECTORY: 'exec', HEALTH_PORT: '0' })).toThrow(
    /PLUGIN_DIRECTORY: must be an absolute path; HEALTH_PORT: /,
  );
});

test.each([
  [{ STARTUP_TAINT_KEY: 'a/b' }],
  [{ STARTUP_TAINT_KEY: 'a/b', NODE_NAME: 'n' }],
  [{ STARTUP_TAINT_KEY: 'a/b', KUBERNETES_SERVICE_HOST: '10.0.0.1' }],
])('a start-up taint without the node or the API server is a fault: %j', (env) => {
  expect(() => parseSettings(env)).toThrow(/STARTUP_TAINT_KEY needs NODE_NAME and KUBERNETES_SERVICE_HOST/);
});

test.each([
  [{ HEALTH_PORT: '9000', AGENT_HEALTH_PORT: '9000' }, 'AGENT_HEALTH_PORT and HEALTH_PORT are both 9000'],
  [{ HEALTH_PORT: '9810' }, 'AGENT_HEALTH_PORT and HEALTH_PORT are both 9810'],
  [{ METRICS_PORT: '9000', AGENT_METRICS_PORT: '9000' }, 'AGENT_METRICS_PORT and METRICS_PORT are both 9000'],
])('installer and agent cannot share a port: %j', (env, message) => {
  expect(() => parseSettings({ AGENT: 'on', ...env })).toThrow(message);
  expect(() => parseSettings(env)).not.toThrow();
});

test('without metrics neither has a port for them, and that is no clash', () => {
  expect(parseSettings({ AGENT: 'on' })).toMatchObject({
    metricsPort: undefined,
    agentMetricsPort: undefined,
  });
});

import type { Finding } from './finding.ts';
import type { Scope } from './scope.ts';

const LIMIT_MS = 2000;

/** Does the installer serve its metrics on their port? Where it serves none there is nothing to tell. */
export async function checkMetrics({ settings }: Scope): Promise<Finding[]> {
  const { metricsPort: port, metricsHost = '127.0.0.1' } = settings;
  if (port === undefined) return [];
  const host = metricsHost.includes(':') ? `[${metricsHost}]` : metricsHost;
  const text = await fetch(`http://${host}:${port}/metrics`, { signal: AbortSignal.timeout(LIMIT_MS) }).then(
    (answer) => answer.text(),
    () => undefined,
  );
  if (text?.includes('keyvault_flexvol_info')) return [];
  const found = `${text === undefined ? 'nothing answers' : 'another program answers'} on port ${port}, where Prometheus looks for the installer's metrics`;
  const todo =
    'choose a port that is free on all nodes with the Helm value metrics.port; the driver works meanwhile';
  return [{ check: 'metrics', status: 'warning', found, todo }];
}

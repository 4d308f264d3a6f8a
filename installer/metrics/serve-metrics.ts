import type { Registry } from 'prom-client';
import { systemErrorCode } from '../fault.ts';
import type { Log } from '../log.ts';
import { createMetricsServer } from './metrics-server.ts';

/** How often a port that another program of the node has is tried again. */
const RETRY_MS = 60_000;

/** How the metrics are served. */
export interface MetricsService {
  /** Why they are not served now; undefined where they are. */
  fault(): string | undefined;
}

/**
 * Serves the metrics for as long as the process goes on. A port that is taken is no reason to leave drivers and volumes
 * alone: the fault is logged once and told by `fault`, and the port is tried again.
 */
export function serveMetrics(
  registry: Registry,
  port: number,
  host: string | undefined,
  log: Log,
  retryMs = RETRY_MS,
): MetricsService {
  const server = createMetricsServer(registry);
  let fault: string | undefined;
  server.on('error', (error) => {
    const code = systemErrorCode(error);
    const message =
      code === 'EADDRINUSE'
        ? `port ${port} for metrics is taken by another program of the node; choose another with the Helm value metrics.port or agent.metricsPort`
        : `metrics cannot be served on port ${port} (${code})`;
    if (fault !== message) log('error', 'metrics-failed', { message });
    fault = message;
    setTimeout(listen, retryMs).unref();
  });
  server.on('listening', () => {
    if (fault !== undefined) log('info', 'metrics-served', { port });
    fault = undefined;
  });
  function listen(): void {
    server.listen(port, host);
  }
  listen();
  return { fault: () => fault };
}

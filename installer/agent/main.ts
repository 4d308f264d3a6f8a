// The node agent: reads for the driver's call-outs, in the installer's process.
import { createTokenSource } from '../../driver/credentials/select.ts';
import { DriverError } from '../../driver/errors.ts';
import { createObjectReader } from '../../driver/keyvault/reader.ts';
import { loadNodeConfig } from '../../driver/nodeconfig/load.ts';
import type { FederatedTokens } from '../../driver/ports.ts';
import { chooseProxy } from '../../driver/transport/proxy.ts';
import { createTransport, type Transport, type TransportSettings } from '../../driver/transport/transport.ts';
import type { Log } from '../log.ts';
import { answerRead, type ReaderFor } from './answer-read.ts';
import { NewestOf } from './newest-of.ts';
import { listenForDrivers } from './server.ts';

export interface AgentSettings {
  readonly runDirectory: string;
  /** The driver's directory, as it is mounted here: the node configuration is in it. */
  readonly driverDirectory: string;
  readonly version: string;
  readonly log: Log;
}

/** Ways out of the node that are kept: one at rest, and one more while the configuration changes. */
const MAX_TRANSPORTS = 4;

/** What the SDK, or a runtime, would read of a pod's environment to find the way out, where the driver decides on it. */
const WAYS_OUT = /^(https?|no|all)_proxy$/i;

/** Never ends. @throws a system error when the socket cannot be made */
export async function startAgent({
  runDirectory,
  driverDirectory,
  version,
  log,
}: AgentSettings): Promise<void> {
  for (const name of Object.keys(process.env)) if (WAYS_OUT.test(name)) delete process.env[name];
  const transports = new NewestOf<Transport>(MAX_TRANSPORTS);
  const transportOf = (settings: TransportSettings) =>
    transports.get(keyOf(settings), () => createTransport(settings, version));

  const readerFor: ReaderFor = (config, { environment, federatedToken }, timeLeft) => {
    const transport = transportOf({
      caBundle: config.caBundle ?? (environment.widensTrust ? '' : undefined),
      proxy: chooseProxy(config, environment.proxy),
    });
    const federatedTokens = async (): Promise<FederatedTokens> => ({
      async find() {
        if (federatedToken === undefined)
          throw new DriverError('Internal', 'the driver sent no token of the service account');
        return federatedToken;
      },
    });
    const tokens = createTokenSource({ transport, nmiPorts: config.nmiPorts, federatedTokens });
    return createObjectReader(tokens, transport, timeLeft);
  };

  await listenForDrivers(runDirectory, async (question, signal) =>
    // Read each time, so that it is never another one than the driver's.
    answerRead(question, await loadNodeConfig(driverDirectory), readerFor, signal),
  );
  log('info', 'agent-started', { runDirectory });
}

function keyOf({ caBundle, proxy }: TransportSettings): string {
  return JSON.stringify([caBundle, proxy?.url.href, proxy?.except]);
}

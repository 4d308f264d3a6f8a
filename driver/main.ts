import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createCallOutPorts, type DirectReading } from './call-out-ports.ts';
import { driverVersion, runAsProcess, timeLeft } from './call-out-process.ts';
import { runCallOut } from './callout.ts';
import { DriverError, systemCode } from './errors.ts';
import type { ObjectReader, ReadRequest, TokenSource } from './ports.ts';
import type { Recorder } from './recorder.ts';
import { RUN_DIRECTORY } from './run-directory.ts';

const ports = createCallOutPorts({ driverDirectory, directReader });
runAsProcess((args, signal) => runCallOut(args, ports, signal));

/**
 * No SDK is loaded before it is this process's turn, so that waiting ones take little memory. And no place is held while
 * somebody is waited for who may be long: NMI, and kubelet for the pod's projected token.
 */
function directReader(settings: DirectReading): ObjectReader {
  const { nodeConfig, environment, federatedTokens, recorder } = settings;
  return {
    async read(request, signal) {
      const early = await waitForProof(request, settings, signal);
      const { passGate, placesOfNode } = await import('./locks/gate.ts');
      const waited = recorder.start('wait');
      return passGate(join(RUN_DIRECTORY, 'gate'), placesOfNode(), request.pod, signal, async () => {
        waited();
        const fetched = recorder.start('fetch');
        const { chooseProxy, countRequests, createObjectReader, createTokenSource, createTransport } =
          await import('./reading.ts');
        const { nmiPorts } = nodeConfig;
        const proxy = chooseProxy(nodeConfig, environment.proxy);
        const direct = createTransport({ caBundle: nodeConfig.caBundle, proxy }, driverVersion);
        const transport = { ...direct, httpClient: countRequests(direct.httpClient, recorder) };
        const tokens = early ?? timed(createTokenSource({ transport, nmiPorts, federatedTokens }), recorder);
        const found = await createObjectReader(tokens, transport, timeLeft).read(request, signal);
        fetched();
        return found;
      });
    },
  };
}

/** @returns where the token is, if it is there already */
async function waitForProof(
  request: ReadRequest,
  { nodeConfig, federatedTokens, recorder }: DirectReading,
  signal: AbortSignal,
): Promise<TokenSource | undefined> {
  const { identity, pod, cloud } = request;
  if (identity.kind === 'workload-identity') {
    const waited = recorder.start('token');
    const { federationAudiences } = await import('./credentials/audiences.ts');
    // It stays where it is: whoever needs it later finds it at once.
    await (await federatedTokens()).find(pod, federationAudiences(cloud), signal).finally(waited);
  }
  if (identity.kind !== 'pod-identity') return undefined;
  const { countRequests, createTokenSource, createTransport } = await import('./waiting.ts');
  const direct = createTransport({ caBundle: undefined, proxy: undefined }, driverVersion);
  const transport = { ...direct, httpClient: countRequests(direct.httpClient, recorder) };
  const { nmiPorts } = nodeConfig;
  const token = await timed(createTokenSource({ transport, nmiPorts, federatedTokens }), recorder).getToken(
    request,
    signal,
  );
  return { getToken: async () => token };
}

function timed(tokens: TokenSource, recorder: Recorder): TokenSource {
  return {
    getToken(request, signal) {
      const got = recorder.start('token');
      return tokens.getToken(request, signal).finally(got);
    },
  };
}

/** Where the driver is installed; under Node, where the bundle lies. */
function driverDirectory(): string {
  const path = process.argv[1] ?? '';
  try {
    return dirname(realpathSync(path));
  } catch (error) {
    const text = `the driver's directory cannot be found (${systemCode(error)}), as ${path} was removed while it started; kubelet will repeat the call-out`;
    throw new DriverError('NodeConfigInvalid', text, { cause: error });
  }
}

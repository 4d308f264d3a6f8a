import { closeSync, openSync, realpathSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { KubeletEnvironment } from './agent/protocol.ts';
import { type CallOutPorts, runCallOut } from './callout.ts';
import { leaveNothingInCoreDumps } from './core-dumps.ts';
import { DriverError, systemCode, toDriverError } from './errors.ts';
import type { NodeConfig } from './nodeconfig/node-config.ts';
import type { FederatedTokens, ObjectReader, ReadRequest, TokenSource } from './ports.ts';
import type { Recorder } from './recorder.ts';
import { type DriverStatus, failure, formatStatus } from './status.ts';
import { CallOutRecorder } from './telemetry/call-out-recorder.ts';
import { leaveEvent as leaveEventOf } from './telemetry/leave-event.ts';
import { createVolumeStore } from './volume/store.ts';

/** Filled in by the build from package.json. */
declare const __VERSION__: string;

/** On tmpfs on every systemd host, so nothing here outlives a reboot. */
const RUN_DIRECTORY = '/run/keyvault-flexvol';

/** kubelet stops waiting for a pod's volumes after 123 s. A node configuration can only shorten this. */
const DEADLINE_MS = 110_000;
/** So long after its deadline a call-out may clean up, before the answer is given anyway. */
const GRACE_MS = 8_000;

/**
 * By these the runtime trusts more authorities than the node configuration names, and has read them before it starts
 * us. Where one is set, the trust store is made explicitly, as with a bundle; that takes CPU, so only there.
 */
const WIDENS_TRUST = [
  'NODE_EXTRA_CA_CERTS',
  'NODE_OPTIONS',
  'NODE_USE_OPENSSL_CA',
  'NODE_USE_SYSTEM_CA',
  'SSL_CERT_DIR',
  'SSL_CERT_FILE',
];

const abort = new AbortController();
/** kubelet's environment is not ours: what says how to get out of the node is read, and the rest but PATH forgotten. */
const kubeletEnvironment = { ...process.env };
let answered = false;
/** Leaves the event of this call-out; there is none of `init`, which loads nothing of it. */
let leaveEvent: (status: DriverStatus) => void = () => undefined;
/** When the earliest deadline is, by `performance.now()`, and what it says. */
let deadline = { endsAt: Number.POSITIVE_INFINITY, message: '' };

prepareProcess();
deadlineAfter(DEADLINE_MS);
runCallOut(process.argv.slice(2), productionPorts(), abort.signal).then(answer, answerError);

/** kubelet parses stdout and stderr together as one JSON document (driver-call.go), so stderr must stay silent. */
function prepareProcess(): void {
  closeSync(2);
  openSync('/dev/null', 'w'); // takes the lowest free descriptor: 2
  process.umask(0o077);
  leaveNothingInCoreDumps();
  for (const name of Object.keys(process.env)) if (name !== 'PATH') delete process.env[name];
  process.on('uncaughtException', answerError);
  process.on('unhandledRejection', answerError);
  // Should nothing be left to wait for before there is an answer, kubelet gets one all the same.
  process.on('exit', () => answerError(new Error('ended without an answer')));
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(name, () =>
      abort.abort(
        new DriverError('Interrupted', `the call-out was interrupted (${name}); kubelet will repeat it`),
      ),
    );
  }
}

function deadlineAfter(milliseconds: number): void {
  const message = `the call-out took longer than ${milliseconds / 1000} s; check that the token endpoint and the vault can be reached from this node`;
  const endsAt = performance.now() + milliseconds;
  if (endsAt < deadline.endsAt) deadline = { endsAt, message };
  setTimeout(() => {
    const error = new DriverError('DeadlineExceeded', message);
    abort.abort(error);
    setTimeout(answerError, GRACE_MS, error).unref();
  }, milliseconds).unref();
}

function productionPorts(): CallOutPorts {
  return {
    volumes: () => createVolumeStore(RUN_DIRECTORY, startRecording()),
    async mountPorts(target) {
      const recorder = startRecording();
      const { loadNodeConfig } = await import('./mounting.ts');
      const nodeConfig = await loadNodeConfig(driverDirectory());
      deadlineAfter(nodeConfig.deadlineSeconds * 1000);
      return {
        nodeConfig,
        volumes: createVolumeStore(RUN_DIRECTORY, recorder),
        reader: await readerOf(nodeConfig, target, recorder),
        recorder,
        self: { environment: await agentEnvironment(), driverVersion: __VERSION__ },
      };
    },
  };
}

function startRecording(): Recorder {
  const recorder = new CallOutRecorder(() => performance.now());
  leaveEvent = (status) =>
    leaveEventOf(RUN_DIRECTORY, {
      args: process.argv.slice(2),
      status,
      recorded: recorder.recorded(),
      total: performance.now(),
      driverVersion: __VERSION__,
    });
  return recorder;
}

/** The node agent goes first, if there is one: then nothing of Azure's is loaded at all. */
async function readerOf(nodeConfig: NodeConfig, target: string, recorder: Recorder): Promise<ObjectReader> {
  const { createAgentReader } = await import('./mounting.ts');
  const federatedTokens = async () =>
    (await import('./credentials/projected-tokens.ts')).createProjectedTokens(target);
  const environment = await agentEnvironment();
  const direct: ObjectReader = {
    read: read.bind(undefined, nodeConfig, environment, federatedTokens, recorder),
  };
  const agent = createAgentReader({
    runDirectory: RUN_DIRECTORY,
    environment,
    deadline: () => ({ milliseconds: timeLeft(), message: deadline.message }),
    async federatedToken({ identity, cloud, pod }, signal) {
      if (identity.kind !== 'workload-identity') return undefined;
      const { federationAudiences } = await import('./credentials/audiences.ts');
      return (await federatedTokens()).find(pod, federationAudiences(cloud), signal);
    },
    direct,
    recorder,
  });
  return {
    async read(request, signal) {
      return ((await needsFilesOfNode(request)) ? direct : agent).read(request, signal);
    },
  };
}

/** What the node agent has to know of kubelet's environment, now and for later rotations. */
async function agentEnvironment(): Promise<KubeletEnvironment> {
  const { readProxyEnvironment } = await import('./mounting.ts');
  return {
    proxy: readProxyEnvironment(kubeletEnvironment),
    widensTrust: WIDENS_TRUST.some((name) => name in kubeletEnvironment),
  };
}

/** Azure Arc's agent proves itself by files that only this process sees: the node agent runs in a pod. */
async function needsFilesOfNode({ identity }: ReadRequest): Promise<boolean> {
  if (identity.kind !== 'managed-identity') return false;
  return (await import('./credentials/arc-enabled.ts')).isArcEnabled();
}

function timeLeft(): number {
  return deadline.endsAt - performance.now();
}

/** Nothing of Azure's is loaded before it is this process's turn, so that waiting ones take little memory. */
async function read(
  nodeConfig: NodeConfig,
  environment: KubeletEnvironment,
  federatedTokens: () => Promise<FederatedTokens>,
  recorder: Recorder,
  ...[request, signal]: Parameters<ObjectReader['read']>
) {
  const { passGate, placesOfNode } = await import('./locks/gate.ts');
  const waited = recorder.start('wait');
  return passGate(join(RUN_DIRECTORY, 'gate'), placesOfNode(), signal, async () => {
    waited();
    const fetched = recorder.start('fetch');
    const { chooseProxy, countRequests, createObjectReader, createTokenSource, createTransport } =
      await import('./reading.ts');
    const { nmiPorts } = nodeConfig;
    const caBundle = nodeConfig.caBundle ?? (environment.widensTrust ? '' : undefined);
    const proxy = chooseProxy(nodeConfig, environment.proxy);
    const direct = createTransport({ caBundle, proxy }, __VERSION__);
    const transport = { ...direct, httpClient: countRequests(direct.httpClient, recorder) };
    const tokens = timed(createTokenSource({ transport, nmiPorts, federatedTokens }), recorder);
    const found = await createObjectReader(tokens, transport, timeLeft).read(request, signal);
    fetched();
    return found;
  });
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
  const script = process.argv[1] ?? '';
  const path = script.startsWith('/$bunfs/') ? process.execPath : script;
  try {
    return dirname(realpathSync(path));
  } catch (error) {
    const text = `the driver's directory cannot be found (${systemCode(error)}), as ${path} was removed while it started; kubelet will repeat the call-out`;
    throw new DriverError('NodeConfigInvalid', text, { cause: error });
  }
}

function answer(status: DriverStatus): void {
  if (answered) return;
  answered = true;
  // Always exit 0: on any other code kubelet logs its whole argv, the Secret's values included (driver-call.go:149).
  try {
    writeSync(1, formatStatus(status));
    leaveEvent(status);
  } finally {
    process.exit(0);
  }
}

function answerError(error: unknown): void {
  answer(failure(toDriverError(error)));
}

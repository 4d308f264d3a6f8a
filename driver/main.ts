import { closeSync, openSync, realpathSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type CallOutPorts, runCallOut } from './callout.ts';
import { DriverError, toDriverError } from './errors.ts';
import type { NodeConfig } from './nodeconfig/schema.ts';
import type { ObjectReader } from './ports.ts';
import { type DriverStatus, failure, formatStatus } from './status.ts';

/** Filled in by the build from package.json. */
declare const __VERSION__: string;

/** On tmpfs on every systemd host, so nothing here outlives a reboot. */
const RUN_DIRECTORY = '/run/keyvault-flexvol';

/** kubelet stops waiting for a pod's volumes after 123 s. A node configuration can only shorten this. */
const DEADLINE_MS = 110_000;
/** So long after its deadline a call-out may clean up, before the answer is given anyway. */
const GRACE_MS = 8_000;

/** kubelet's environment is not ours: only what says how to get out of the node is kept. */
const KEPT_ENVIRONMENT = new Set(['PATH', 'HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy']);
/** The metadata service and NMI are of this node; a proxy would answer for another one. */
const NEVER_PROXIED = '169.254.169.254,127.0.0.1';

const abort = new AbortController();
let answered = false;

prepareProcess();
deadlineAfter(DEADLINE_MS);
runCallOut(process.argv.slice(2), productionPorts(), abort.signal).then(answer, answerError);

/** kubelet parses stdout and stderr together as one JSON document (driver-call.go), so stderr must stay silent. */
function prepareProcess(): void {
  closeSync(2);
  openSync('/dev/null', 'w'); // takes the lowest free descriptor: 2
  process.umask(0o077);
  for (const name of Object.keys(process.env)) if (!KEPT_ENVIRONMENT.has(name)) delete process.env[name];
  const exceptions = process.env['NO_PROXY'] ?? process.env['no_proxy'];
  process.env['NO_PROXY'] = exceptions ? `${exceptions},${NEVER_PROXIED}` : NEVER_PROXIED;
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
  setTimeout(() => {
    const error = new DriverError(
      'DeadlineExceeded',
      `the call-out took longer than ${milliseconds / 1000} s; check that the token endpoint and the vault can be reached from this node`,
    );
    abort.abort(error);
    setTimeout(answerError, GRACE_MS, error).unref();
  }, milliseconds).unref();
}

function productionPorts(): CallOutPorts {
  const volumes = async () => (await import('./volume/store.ts')).createVolumeStore(RUN_DIRECTORY);
  return {
    volumes,
    async mountPorts() {
      const { loadNodeConfig } = await import('./nodeconfig/load.ts');
      const nodeConfig = loadNodeConfig(driverDirectory());
      deadlineAfter(nodeConfig.deadlineSeconds * 1000);
      return { nodeConfig, volumes: await volumes(), reader: { read: read.bind(undefined, nodeConfig) } };
    },
  };
}

/** Nothing of Azure's is loaded before it is this process's turn, so that waiting ones take little memory. */
async function read(nodeConfig: NodeConfig, ...[request, signal]: Parameters<ObjectReader['read']>) {
  const { passGate, placesOfNode } = await import('./locks/gate.ts');
  return passGate(join(RUN_DIRECTORY, 'gate'), placesOfNode(), signal, async () => {
    const { createTransport } = await import('./transport/transport.ts');
    const { createTokenSource } = await import('./credentials/select.ts');
    const { createObjectReader } = await import('./keyvault/reader.ts');
    const transport = createTransport(nodeConfig.caBundle, __VERSION__);
    return createObjectReader(createTokenSource(transport), transport).read(request, signal);
  });
}

/** Where the driver is installed; under Node, where the bundle lies. */
function driverDirectory(): string {
  const script = process.argv[1] ?? '';
  return dirname(realpathSync(script.startsWith('/$bunfs/') ? process.execPath : script));
}

function answer(status: DriverStatus): void {
  if (answered) return;
  answered = true;
  // Always exit 0: on any other code kubelet logs its whole argv, the Secret's values included (driver-call.go:149).
  try {
    writeSync(1, formatStatus(status));
  } finally {
    process.exit(0);
  }
}

function answerError(error: unknown): void {
  answer(failure(toDriverError(error)));
}

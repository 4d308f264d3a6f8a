import { InstallFault } from '../fault.ts';
import type { Installation } from '../installation/install.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { fingerprint } from './fingerprint.ts';
import type { Readiness } from './readiness.ts';

const FIRST_RETRY_MILLISECONDS = 1_000;
const LAST_RETRY_MILLISECONDS = 60_000;

/** What the keeper works with. */
export interface KeeperDeps {
  readonly install: () => Promise<Installation>;
  /** The desired node configuration; a change of it is a reason to install again. */
  readonly nodeConfigFile: string;
  readonly log: Log;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly metrics: Pick<Metrics, 'installation' | 'repair' | 'ready'>;
}

/**
 * Keeps the driver installed. A failing installation is repeated, ever more slowly, with the reason in
 * `readiness()`; no crash loop, whose back-off would hide the reason and keep the node waiting for minutes.
 *
 * While all is well nothing is done but at kubelet's readiness probes, at changes of the driver's directory, and once
 * a minute: each compares what is on the node with what was installed, and a difference (somebody removed the driver,
 * the ConfigMap changed) starts a new installation.
 */
export class Keeper {
  readonly #deps: KeeperDeps;
  #installed: { readonly sha256: string; readonly snapshot: Snapshot } | undefined;
  #failure: InstallFault | undefined;
  #running: Promise<void> | undefined;

  constructor(deps: KeeperDeps) {
    this.#deps = deps;
  }

  /** Installs until it succeeds; a call while that goes on joins it. */
  run(): Promise<void> {
    this.#running ??= this.#installUntilSuccess().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async readiness(): Promise<Readiness> {
    if (this.#installed !== undefined && this.#running === undefined) {
      const difference = await differenceTo(this.#installed.snapshot);
      if (difference === undefined) return { ready: true, sha256: this.#installed.sha256 };
      this.#deps.log('warning', 'node-changed', { what: difference });
      this.#deps.metrics.repair();
      this.#deps.metrics.ready(false);
      this.#failure = undefined;
      void this.run();
      return { ready: false, code: 'Installing', reason: `${difference} changed; installing again` };
    }
    const { code, message } = this.#failure ?? {
      code: 'Installing',
      message: 'the driver is being installed',
    };
    return { ready: false, code, reason: message };
  }

  async #installUntilSuccess(): Promise<void> {
    for (let pause = FIRST_RETRY_MILLISECONDS; ; pause = Math.min(pause * 2, LAST_RETRY_MILLISECONDS)) {
      // Taken before, so that a ConfigMap that changes meanwhile shows as a difference.
      const desired = await fingerprint(this.#deps.nodeConfigFile);
      try {
        this.#installed = await this.#install(desired);
        this.#failure = undefined;
        this.#deps.metrics.installation('success');
        this.#deps.metrics.ready(true);
        return;
      } catch (thrown) {
        this.#failure = asFault(thrown);
        this.#deps.metrics.installation('failure');
        this.#deps.metrics.ready(false);
        const { code, message } = this.#failure;
        this.#deps.log('error', 'installation-failed', { code, message, retrySeconds: pause / 1000 });
      }
      await this.#deps.sleep(pause);
    }
  }

  async #install(desired: string) {
    const { driver, nodeConfig, sha256 } = await this.#deps.install();
    const snapshot = new Map([
      ['the desired node configuration', { path: this.#deps.nodeConfigFile, fingerprint: desired }],
      ['the installed driver', { path: driver, fingerprint: await fingerprint(driver) }],
      ['the installed node configuration', { path: nodeConfig, fingerprint: await fingerprint(nodeConfig) }],
    ]);
    return { sha256, snapshot };
  }
}

/** By description: the file and what it looked like. */
type Snapshot = ReadonlyMap<string, { readonly path: string; readonly fingerprint: string }>;

async function differenceTo(snapshot: Snapshot): Promise<string | undefined> {
  for (const [description, file] of snapshot) {
    if ((await fingerprint(file.path)) !== file.fingerprint) return description;
  }
  return undefined;
}

function asFault(thrown: unknown): InstallFault {
  if (thrown instanceof InstallFault) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new InstallFault('WriteFailed', message, { cause: thrown });
}

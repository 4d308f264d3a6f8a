import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { noAgentReasons } from '../../driver/agent/no-agent.ts';
import { errorCodes } from '../../driver/errors.ts';
import { identityKinds } from '../../driver/policy/policy.ts';
import { phases } from '../../driver/recorder.ts';
import type { EventLine } from '../events/event-line.ts';
import { RequestMetrics } from './request-metrics.ts';

const PREFIX = 'keyvault_flexvol_';
const BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

/** Why a line of the spool was not counted. */
type DropReason = 'malformed' | 'oversized';

/** Label values are of closed sets, whatever an event says: whoever writes it must not make series without end. */
const codes: readonly string[] = ['Success', ...errorCodes];
const identities: readonly string[] = [...identityKinds, 'none'];
const timed: readonly string[] = [...phases, 'total'];
const sources: readonly string[] = ['direct', 'agent'];
const passedOver: readonly string[] = noAgentReasons;

/** Everything the installer counts, in a registry of its own; the agent's process has another. docs/metrics.md explains each. */
export class Metrics {
  readonly registry = new Registry();
  readonly #callOuts = this.#counter('callouts_total', 'Mounts and unmounts that kubelet asked for', [
    'callout',
    'code',
    'identity',
    'source',
  ]);
  readonly #durations = new Histogram({
    name: `${PREFIX}callout_phase_duration_seconds`,
    help: 'Duration of the phases of mounts and unmounts',
    labelNames: ['callout', 'phase'],
    buckets: BUCKETS_SECONDS,
    registers: [this.registry],
  });
  readonly #requests = new RequestMetrics(this.registry);
  readonly #passedOver = this.#counter(
    'agent_passed_over_total',
    'Mounts for which the node agent did not answer, so that the driver read by itself',
    ['reason'],
  );
  readonly #denials = this.#counter('policy_denials_total', 'Mounts that the node policy denied');
  readonly #dropped = this.#counter('spool_dropped_lines_total', 'Lines of the spool that are no events', [
    'reason',
  ]);
  readonly #lost = this.#counter(
    'spool_lost_files_total',
    'Files of the spool that went before they were read',
  );
  readonly #installations = this.#counter('installer_installations_total', 'Attempts to install the driver', [
    'result',
  ]);
  readonly #startupTaints = this.#counter(
    'startup_taint_removals_total',
    'Attempts to take the start-up taint off the node',
    ['result'],
  );
  readonly #repairs = this.#counter(
    'installer_repairs_total',
    'Times something changed the installed driver',
  );
  readonly #ready = this.#gauge('installer_ready', 'Is the driver on the node the expected one? 1 or 0');
  readonly #info = this.#gauge('info', 'Always 1; the version of the driver that is installed', ['version']);

  /** @param runDirectory where the driver keeps a directory for each mounted volume */
  constructor(version: string, runDirectory: string) {
    this.#info.set({ version }, 1);
    this.#denials.inc(0);
    this.#lost.inc(0);
    this.#repairs.inc(0);
    this.#ready.set(0);
    for (const reason of ['malformed', 'oversized']) this.#dropped.inc({ reason }, 0);
    for (const result of ['success', 'failure']) this.#installations.inc({ result }, 0);
    new Gauge({
      name: `${PREFIX}mounted_volumes`,
      help: 'Volumes of the driver that are mounted on the node',
      registers: [this.registry],
      collect() {
        this.set(countEntries(join(runDirectory, 'volumes')));
      },
    });
  }

  callOut(event: EventLine): void {
    const { callOut, durationsMs, vaultRequests, tokenRequests } = event;
    this.#callOuts.inc({
      callout: callOut,
      code: among(codes, event.code),
      identity: among(identities, event.identity ?? 'none'),
      source: among(sources, event.source),
    });
    for (const [phase, milliseconds] of Object.entries(durationsMs)) {
      if (timed.includes(phase)) this.#durations.observe({ callout: callOut, phase }, milliseconds / 1000);
    }
    for (const [status, count] of Object.entries(vaultRequests))
      this.#requests.requests('vault', status, count);
    for (const [status, count] of Object.entries(tokenRequests))
      this.#requests.requests('token', status, count);
    if (event.agentPassedOver !== undefined)
      this.#passedOver.inc({ reason: among(passedOver, event.agentPassedOver) });
    if (event.code === 'PolicyDenied') this.#denials.inc();
  }

  droppedLine(reason: DropReason): void {
    this.#dropped.inc({ reason });
  }

  lostFiles(count: number): void {
    this.#lost.inc(count);
  }

  installation(result: 'success' | 'failure'): void {
    this.#installations.inc({ result });
  }

  startupTaint(result: 'removed' | 'absent' | 'failure'): void {
    this.#startupTaints.inc({ result });
  }

  repair(): void {
    this.#repairs.inc();
  }

  ready(isReady: boolean): void {
    this.#ready.set(isReady ? 1 : 0);
  }

  #counter(name: string, help: string, labelNames: readonly string[] = []): Counter {
    return new Counter({ name: `${PREFIX}${name}`, help, labelNames, registers: [this.registry] });
  }

  #gauge(name: string, help: string, labelNames: readonly string[] = []): Gauge {
    return new Gauge({ name: `${PREFIX}${name}`, help, labelNames, registers: [this.registry] });
  }
}

function among(known: readonly string[], value: string): string {
  return known.includes(value) ? value : 'other';
}

/** -1 when it cannot be told, as where the run directory is not mounted. */
function countEntries(directory: string): number {
  try {
    return readdirSync(directory).length;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 0 : -1;
  }
}

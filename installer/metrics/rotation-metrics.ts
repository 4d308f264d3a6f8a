import { Counter, Gauge, type Registry } from 'prom-client';
import { errorCodes } from '../../driver/errors.ts';
import type { RotationCounts, RotationReport } from '../rotation/journal.ts';

const PREFIX = 'keyvault_flexvol_';
const codes: readonly string[] = ['Success', ...errorCodes];

/** What the rotation of mounted volumes counts. docs/metrics.md explains each. */
export class RotationMetrics implements RotationCounts {
  readonly #registry: Registry;
  readonly #rotations: Counter;

  constructor(registry: Registry) {
    this.#registry = registry;
    this.#rotations = new Counter({
      name: `${PREFIX}rotations_total`,
      help: 'Times a mounted volume was read again',
      labelNames: ['result', 'code'],
      registers: [registry],
    });
    for (const result of ['unchanged', 'replaced']) this.#rotations.inc({ result, code: 'Success' }, 0);
  }

  rotated(result: 'unchanged' | 'replaced' | 'failed', code: string): void {
    this.#rotations.inc({ result, code: codes.includes(code) ? code : 'other' });
  }

  reporting(report: () => RotationReport): void {
    this.#gauge(
      'rotation_failing_volumes',
      'Mounted volumes that could not be read the last time',
      () => report().failing,
    );
    this.#gauge(
      'rotation_failing_seconds',
      'For how long the longest of them',
      () => report().failingSeconds,
    );
    this.#gauge(
      'first_expiry_timestamp_seconds',
      'When the first object of the mounted volumes expires; 0 when none does',
      () => (report().firstExpiry ?? 0) / 1000,
    );
  }

  #gauge(name: string, help: string, value: () => number): void {
    new Gauge({
      name: `${PREFIX}${name}`,
      help,
      registers: [this.#registry],
      collect() {
        this.set(value());
      },
    });
  }
}

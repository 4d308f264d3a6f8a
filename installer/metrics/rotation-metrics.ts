import { Counter, type Registry } from 'prom-client';
import { errorCodes } from '../../driver/errors.ts';
import type { RotationCounts } from '../rotation/journal.ts';

const codes: readonly string[] = ['Success', ...errorCodes];

/** What rotation counts. docs/metrics.md explains each. */
export class RotationMetrics implements RotationCounts {
  readonly #rotations: Counter;

  constructor(registry: Registry) {
    this.#rotations = new Counter({
      name: 'keyvault_flexvol_rotations_total',
      help: 'Times a mounted volume was read again',
      labelNames: ['result', 'code'],
      registers: [registry],
    });
  }

  rotated(result: 'unchanged' | 'replaced' | 'failed', code: string): void {
    this.#rotations.inc({ result, code: codes.includes(code) ? code : 'other' });
  }
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** The programs of the chart's tests, built in the background, outside the lab, as the lab has no network. */
export class ChartPrograms {
  readonly #directory = mkdtempSync(join(tmpdir(), 'chart-programs-'));
  readonly #building = new AbortController();
  /** Resolves when they are there; rejects when they cannot be built, after the reason was shown. */
  readonly finished: Promise<void>;

  private constructor() {
    this.finished = this.#build();
    // The tests that wait for these programs report the failure.
    this.finished.catch(() => undefined);
  }

  static begin(): ChartPrograms {
    return new ChartPrograms();
  }

  /** Appears when the build has ended; holds `built` or `failed` (charts/testing/programs-built.ts waits for it). */
  get outcomeFile(): string {
    return join(this.#directory, 'outcome');
  }

  /** Ends the build if it still runs, and removes the file. */
  end(): void {
    this.#building.abort();
    rmSync(this.#directory, { recursive: true });
  }

  async #build(): Promise<void> {
    const command = ['-n', '19', process.execPath, 'charts/testing/build-programs.ts'];
    const { failed } = await execa('nice', command, {
      stdio: ['ignore', 'inherit', 'inherit'],
      cancelSignal: this.#building.signal,
      reject: false,
    });
    if (this.#building.signal.aborted) return;
    writeFileSync(this.outcomeFile, failed ? 'failed' : 'built');
    if (failed) throw new Error('the programs of the chart’s tests could not be built');
  }
}

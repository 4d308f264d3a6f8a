import { readdirSync, readFileSync } from 'node:fs';
import type { AzureProcess } from '../e2e/lab/azure.ts';

/** What the mock has counted; see e2e/mock/README.md. */
interface Counts {
  readonly total: number;
  readonly connections: number;
  /** Round trips in sequence. */
  readonly depth: number;
  readonly byRole: Readonly<Record<string, number>>;
}

export interface AzureControl {
  /** From now on every answer comes so much later, and counting begins anew. */
  answerAfter(milliseconds: number): Promise<void>;
  counts(): Promise<Counts>;
  addSecret(name: string): Promise<void>;
  /** CPU time that the mock has taken so far, in milliseconds. */
  cpuMilliseconds(): number;
}

export function controlAzure({ control, pid }: AzureProcess): AzureControl {
  const ask = async (path: string, method = 'GET', body?: unknown): Promise<unknown> => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(`${control}${path}`, init);
    if (!response.ok) throw new Error(`the mock answered HTTP ${response.status} to ${path}`);
    return response.json();
  };
  return {
    async answerAfter(milliseconds) {
      await ask('/faults', 'PUT', { latencyMs: milliseconds });
      await ask('/requests', 'DELETE');
    },
    counts: async () => (await ask('/counts')) as Counts,
    async addSecret(name) {
      await ask(`/vaults/testkv/secrets/${name}`, 'PUT', { value: `value of ${name}` });
    },
    cpuMilliseconds: () => cpuOf(pid),
  };
}

/** CPU time of a process so far, in milliseconds: the scheduler's account, in nanoseconds, of each thread (Documentation/scheduler/sched-stats.rst). */
export function cpuOf(pid: number): number {
  const nanoseconds = readdirSync(`/proc/${pid}/task`).map((thread) => {
    const [running] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
    return Number(running);
  });
  return nanoseconds.reduce((sum, each) => sum + each, 0) / 1e6;
}

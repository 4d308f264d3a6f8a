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
}

/** Where `startAzure` has the mock's control. */
const CONTROL = 'http://127.0.0.1:8090';

export function controlAzure(): AzureControl {
  return {
    async answerAfter(milliseconds) {
      await ask('/faults', { method: 'PUT', body: JSON.stringify({ latencyMs: milliseconds }) });
      await ask('/requests', { method: 'DELETE' });
    },
    async counts() {
      return (await (await ask('/counts')).json()) as Counts;
    },
  };
}

async function ask(path: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(`${CONTROL}${path}`, init);
  if (!response.ok) throw new Error(`the mock answered HTTP ${response.status} to ${path}`);
  return response;
}

import { connect } from 'node:net';

const CONTROL_SOCKET = '/run/keyvault-flexvol/agent/control.sock';
const PREFIX_BYTES = 4;

/** How the agent says that a rotation ended (installer/rotation/control.ts). */
export interface RefreshOutcome {
  readonly pod: string;
  readonly result: 'unchanged' | 'replaced' | 'gone' | 'failed';
  readonly message?: string;
}

/** Has the agent rotate a pod's volumes at once, as `installer refresh` does, without the time that a command takes. */
export function orderRefresh(pod: { namespace: string; name: string }): Promise<readonly RefreshOutcome[]> {
  const text = Buffer.from(JSON.stringify({ refresh: pod }));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(text.length);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(CONTROL_SOCKET, () => socket.write(Buffer.concat([prefix, text])));
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => {
      const answer = Buffer.concat(chunks).subarray(PREFIX_BYTES).toString();
      if (answer === '') reject(new Error('the agent ended while it rotated'));
      else resolve((JSON.parse(answer) as { outcomes: RefreshOutcome[] }).outcomes);
    });
  });
}

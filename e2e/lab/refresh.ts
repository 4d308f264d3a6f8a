import { connect } from 'node:net';

const CONTROL_SOCKET = '/run/keyvault-flexvol/agent/control.sock';

/**
 * Has the agent rotate a pod's only volume, as `installer refresh` does, without the time that a process takes to start.
 * @returns how it ended: `unchanged`, `replaced`, or what the agent says of a failure
 */
export function refreshNow(namespace: string, name: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(CONTROL_SOCKET, () => {
      const order = Buffer.from(JSON.stringify({ refresh: { namespace, name } }));
      const length = Buffer.alloc(4);
      length.writeUInt32BE(order.length);
      socket.write(Buffer.concat([length, order]));
    });
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => {
      const text = Buffer.concat(chunks).subarray(4).toString('utf8');
      const { outcomes, refused } = JSON.parse(text) as {
        outcomes?: { result: string; message?: string }[];
        refused?: string;
      };
      const [outcome] = outcomes ?? [];
      resolve(outcome?.message ?? outcome?.result ?? refused ?? 'no volume');
    });
  });
}

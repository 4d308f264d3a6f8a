/**
 * What every mount needs beside what every call-out needs, as one part of the executable: each further part that is loaded
 * takes 0.1 ms (docs/adr/0010).
 */
// callout.ts asks for it by itself; here it only becomes one part with the others.
import './mount.ts';

export { isAgentThere, readByAgent } from './agent/read-by-agent.ts';
export { isArcEnabled } from './credentials/arc-enabled.ts';
export { readDeadline } from './nodeconfig/read-deadline.ts';
export { readProxyEnvironment } from './transport/proxy.ts';

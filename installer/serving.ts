import { once } from 'node:events';
import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { InstallFault } from './fault.ts';

/** Waits until a server fails. @throws InstallFault `ServerFailed`, always */
export async function failureOf(name: string, server: Server): Promise<never> {
  const [error] = (await once(server, 'error')) as [Error];
  throw new InstallFault('ServerFailed', `the ${name} server failed: ${error.message}`, { cause: error });
}

/** Waits; the parameter is in milliseconds. */
export function sleep(milliseconds: number): Promise<void> {
  return delay(milliseconds);
}

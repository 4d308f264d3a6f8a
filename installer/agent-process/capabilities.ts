import { readFileSync } from 'node:fs';

/** Bit of the capability in the kernel's sets (include/uapi/linux/capability.h). */
const CAP_KILL = 5n;

/** May this process send signals to processes of other users? */
export function maySignal(proc = '/proc'): boolean {
  const effective = /^CapEff:\s+([0-9a-f]+)$/m.exec(readFileSync(`${proc}/self/status`, 'utf8'))?.[1];
  return effective !== undefined && ((BigInt(`0x${effective}`) >> CAP_KILL) & 1n) === 1n;
}

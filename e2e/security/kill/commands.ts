import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';

/**
 * What happens around one of the commands that a call-out starts where it cannot mount by system calls:
 *   driver-before, driver-after     the driver is killed, the command does its work before or after that
 *   driver-long-before              the same, but the command comes to its work only when released
 *   command-before, command-after   only the command is killed, and the driver has to answer
 *   both-before, both-after         both are killed
 *   both-between                    both are killed between the two mount(2) of a bind with flags
 */
export const ORDERS = [
  ...(['driver-before', 'driver-after', 'driver-long-before'] as const),
  ...(['command-before', 'command-after', 'both-before', 'both-after', 'both-between'] as const),
];
export type Order = (typeof ORDERS)[number];

const DIRECTORY = '/run/lab/commands';
const COMMANDS = ['mount', 'umount'];
const ORDER = join(DIRECTORY, 'order');
const CALLS = join(DIRECTORY, 'calls');
const HELD = join(DIRECTORY, 'held');
const RELEASE = join(DIRECTORY, 'release');
/** Many times what a call-out takes. */
const LONGEST_HOLD_MS = 2000;

/** Stands in for mount(8) and umount(8): counts what the driver starts, and does what was ordered for the nth. */
const SCRIPT = `#!/bin/sh
real=${DIRECTORY}/real-\${0##*/}
read -r parent < /proc/$PPID/comm
case $parent in kv | node | MainThread) [ -f ${ORDER} ] || exec "$real" "$@" ;; *) exec "$real" "$@" ;; esac
echo >> ${CALLS}
read -r turn order < ${ORDER}
[ "$(wc -l < ${CALLS})" -eq "$turn" ] || exec "$real" "$@"
case $order in
  driver-before) kill -9 $PPID; exec "$real" "$@" ;;
  driver-after) "$real" "$@"; kill -9 $PPID ;;
  driver-long-before)
    : > ${HELD}
    kill -9 $PPID
    until [ -e ${RELEASE} ]; do sleep 0.02; done
    rm -f ${HELD}
    exec "$real" "$@" ;;
  command-before) kill -9 $$ ;;
  command-after) "$real" "$@"; kill -9 $$ ;;
  both-before) kill -9 $PPID $$ ;;
  both-after) "$real" "$@"; kill -9 $PPID $$ ;;
  both-between)
    strace -qq -o /dev/null -e trace=mount -e inject=mount:signal=SIGKILL:when=2 "$real" "$@"
    kill -9 $PPID $$ ;;
esac
`;

/** Puts the stand-ins over the commands, in the mount namespace of the lab. */
export async function replaceCommands(): Promise<void> {
  if (!existsSync('/run/lab/hosts')) throw new Error('this is not the lab: run it by e2e/lab/enter.ts');
  if (existsSync(DIRECTORY)) return;
  mkdirSync(DIRECTORY);
  for (const name of COMMANDS) {
    copyFileSync(`/usr/bin/${name}`, join(DIRECTORY, `real-${name}`));
    writeFileSync(join(DIRECTORY, name), SCRIPT);
    chmodSync(join(DIRECTORY, name), 0o755);
  }
  for (const name of COMMANDS)
    await execa(join(DIRECTORY, 'real-mount'), ['--bind', join(DIRECTORY, name), `/usr/bin/${name}`]);
}

/** Runs a call-out with an order for the nth command it starts. */
export async function orderKill<T>(nth: number, order: Order, callOut: () => Promise<T>): Promise<T> {
  for (const file of [CALLS, HELD, RELEASE]) rmSync(file, { force: true });
  writeFileSync(ORDER, `${nth} ${order}\n`);
  try {
    return await callOut();
  } finally {
    rmSync(ORDER);
  }
}

/**
 * Runs what comes after a kill. A command that is held is released only then, for it to do all the harm it can; but
 * what comes after may well wait for it, so it is released after a while in any case.
 */
export async function releasingCommands<T>(next: () => Promise<T>): Promise<T> {
  if (!existsSync(HELD)) return next();
  const result = next();
  await Promise.race([result, delay(LONGEST_HOLD_MS)]);
  writeFileSync(RELEASE, '');
  return result;
}

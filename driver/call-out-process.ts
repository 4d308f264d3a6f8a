import { closeSync, openSync, writeSync } from 'node:fs';
import { DriverError, toDriverError } from './errors.ts';
import type { Recorder } from './recorder.ts';
import { RUN_DIRECTORY } from './run-directory.ts';
import { type DriverStatus, failure, formatStatus } from './status.ts';
import { CallOutRecorder } from './telemetry/call-out-recorder.ts';
import { leaveEvent } from './telemetry/leave-event.ts';

/** The process of one call-out: what kubelet expects of it from its start to its one line and its end. */

/** Filled in by the build from package.json. */
declare const __VERSION__: string;
export const driverVersion = __VERSION__;

/** kubelet stops waiting for a pod's volumes after 123 s. A node configuration can only shorten this. */
const DEADLINE_MS = 110_000;
/** So long after its deadline a call-out may clean up, before the answer is given anyway. */
const GRACE_MS = 8_000;

/** kubelet's environment is not ours: what says how to get out of the node is read, and the rest but PATH forgotten. */
export const kubeletEnvironment = { ...process.env };

const abort = new AbortController();
let answered = false;
/** There is none of `init`, which loads nothing of it. */
let recorder: CallOutRecorder | undefined;
/** When the earliest deadline is, by `performance.now()`, and what it says. */
let deadline = { endsAt: Number.POSITIVE_INFINITY, message: '' };

/** Runs a call-out as this process, answers kubelet, and ends. */
export function runAsProcess(
  callOut: (args: readonly string[], signal: AbortSignal) => Promise<DriverStatus>,
): void {
  prepareProcess();
  deadlineAfter(DEADLINE_MS);
  callOut(process.argv.slice(2), abort.signal).then(answer, answerError);
}

/** kubelet parses stdout and stderr together as one JSON document (driver-call.go), so stderr must stay silent. */
function prepareProcess(): void {
  silenceStderr();
  process.umask(0o077);
  for (const name of Object.keys(process.env)) if (name !== 'PATH') delete process.env[name];
  process.on('uncaughtException', answerError);
  process.on('unhandledRejection', answerError);
  // Should nothing be left to wait for before there is an answer, kubelet gets one all the same.
  process.on('exit', () => answerError(new Error('ended without an answer')));
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(name, () =>
      abort.abort(
        new DriverError('Interrupted', `the call-out was interrupted (${name}); kubelet will repeat it`),
      ),
    );
  }
}

/** The next file that is opened takes the lowest free descriptor, which is 2. Nothing can be written to a directory, either. */
function silenceStderr(): void {
  closeSync(2);
  try {
    openSync('/dev/null', 'w');
  } catch {
    openSync('/', 'r');
  }
}

/** A call-out must end so long after the process began. */
export function deadlineAfter(milliseconds: number): void {
  const message = `the call-out took longer than ${milliseconds / 1000} s; check that the token endpoint and the vault can be reached from this node`;
  const endsAt = performance.now() + milliseconds;
  if (endsAt < deadline.endsAt) deadline = { endsAt, message };
  setTimeout(() => {
    const error = new DriverError('DeadlineExceeded', message);
    abort.abort(error);
    setTimeout(answerError, GRACE_MS, error).unref();
  }, milliseconds).unref();
}

export function timeLeft(): number {
  return deadline.endsAt - performance.now();
}

export function deadlineMessage(): string {
  return deadline.message;
}

/** From now on an event will be left of this call-out. */
export function startRecording(): Recorder {
  recorder = new CallOutRecorder(() => performance.now());
  return recorder;
}

function answer(status: DriverStatus): void {
  if (answered) return;
  answered = true;
  // Always exit 0: on any other code kubelet logs its whole argv, the Secret's values included (driver-call.go:149).
  try {
    writeSync(1, formatStatus(status));
    if (recorder !== undefined) {
      leaveEvent(RUN_DIRECTORY, {
        args: process.argv.slice(2),
        status,
        recorded: recorder.recorded(),
        total: performance.now(),
        driverVersion,
      });
    }
  } finally {
    process.exit(0);
  }
}

function answerError(error: unknown): void {
  answer(failure(toDriverError(error)));
}

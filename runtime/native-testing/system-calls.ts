import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** An environment that JavaScript cannot write. */
const STRANGE = `BAD_IN_TEST=$(printf 'x\\377y') exec env __proto__=own OF_TEST=a=b= "$@"`;
/** Mounts are nobody else's business. */
const STARTED = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', STRANGE, 'sh'] as const;

/**
 * What is wrong, a line each, and what it was that found it, by system-calls.mjs.
 * @param host a command that evaluates an ECMAScript module
 */
export async function checkSystemCalls(
  ...host: readonly string[]
): Promise<{ lines: string[]; exitCode?: number }> {
  const directory = await mkdtemp(join(tmpdir(), 'system-calls-'));
  const socket = join(directory, 'peer.sock');
  const peer = execa(process.execPath, [join(import.meta.dirname, 'peer.mjs'), socket], { reject: false });
  try {
    await once(peer.stdout, 'data');
    const work = await mkdtemp(join(directory, 'work-'));
    const [program, ...args] = [
      ...STARTED,
      ...host,
      join(import.meta.dirname, 'system-calls.mjs'),
      work,
      socket,
    ];
    return told(await execa(program, args, { cwd: directory, reject: false }));
  } finally {
    peer.kill();
    await peer;
    await rm(directory, { recursive: true, force: true });
  }
}

/** The same of starving.mjs. Where memory ends QuickJS keeps a text (JS_ToCStringLen2), which is no fault of ours. */
export async function checkStarving(
  ...host: readonly string[]
): Promise<{ lines: string[]; exitCode?: number }> {
  const directory = await mkdtemp(join(tmpdir(), 'starving-'));
  try {
    const [program = '', ...args] = [...host, join(import.meta.dirname, 'starving.mjs'), directory];
    return told(await execa(program, args, { env: { ASAN_OPTIONS: 'detect_leaks=0' }, reject: false }));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function told({ stderr, stdout, exitCode }: { stderr: string; stdout: string; exitCode?: number }) {
  const lines = `${stdout}${stderr}`.split('\n').map((line) => line.replace(/^\d+ checks/, 'N checks'));
  return { lines, ...(exitCode !== undefined && { exitCode }) };
}

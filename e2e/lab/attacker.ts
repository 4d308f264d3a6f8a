import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

const SOURCES = `${import.meta.dirname}/../security/attacker`;

/** A program of a container that attacks whoever works on its volume: see e2e/security/attacker/main.go. */
export interface Attack {
  readonly name: string;
  /** Where a link of the attacker's leads to: a directory with a file `kv`. */
  readonly outside: string;
  /** The event in the volume, counted from 1, at which it strikes; 0 for none. */
  readonly event: number;
  /** After so many more events it undoes what it did; 0 for the end. */
  readonly hold: number;
}

/** The report of an attacker at its end. */
export interface AttackReport {
  readonly events: number;
  readonly struck: boolean;
}

/** Builds the attacker. @returns the executable @throws when Go is missing */
export async function buildAttacker(): Promise<string> {
  const program = join(mkdtempSync(join(tmpdir(), 'attacker-')), 'attacker');
  await execa('go', ['build', '-trimpath', '-o', program, '.'], {
    cwd: SOURCES,
    env: { CGO_ENABLED: '0', GOFLAGS: '-mod=mod', GOPROXY: 'off' },
  });
  return program;
}

/** Runs an attacker in a volume's directory while `action` runs. */
export async function underAttack<T>(
  program: string,
  directory: string,
  { name, outside, event, hold }: Attack,
  action: () => Promise<T>,
): Promise<[T, AttackReport]> {
  const attacker = spawn(program, [name, outside, String(event), String(hold)], {
    cwd: directory,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = linesOf(attacker);
  const ready = await lines.next();
  if (ready.value !== 'ready') throw new Error(`the attacker ${name} did not begin`);
  try {
    const result = await action();
    attacker.stdin?.end();
    const report = await lines.next();
    if (report.done) throw new Error(`the attacker ${name} ended early`);
    return [result, JSON.parse(report.value) as AttackReport];
  } finally {
    attacker.stdin?.end();
    if (attacker.exitCode === null && attacker.signalCode === null) await once(attacker, 'exit');
  }
}

/** Makes files in a volume as its container: `deep`, `many`, `sparse`, `not-utf-8`. */
export async function prepareVolume(program: string, directory: string, name: string, count: number) {
  await execa(program, [name, '-', String(count), '0'], { cwd: directory });
}

async function* linesOf({ stdout }: ChildProcess): AsyncGenerator<string> {
  let text = '';
  for await (const chunk of stdout ?? []) {
    text += String(chunk);
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      yield text.slice(0, end);
      text = text.slice(end + 1);
    }
  }
}

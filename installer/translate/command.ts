import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { CommandContext, CommandResult } from '../commands/command.ts';
import { systemErrorCode } from '../fault.ts';
import { TranslateFault } from './remarks.ts';
import { translate } from './translate.ts';

export const usage = `translate [<file> …]

Translates manifests for the Secrets Store CSI driver's Azure provider to flexVolumes of this driver, or back,
whichever the input holds; reads the files, or standard input without any. Asks nothing of anybody.

  SecretProviderClass, and the pods, Deployments, PersistentVolumes … that mount it  →  the same with flexVolumes
  SecretProviderClass alone                                                          →  the volume, for a pod's spec
  pods, Deployments, PersistentVolumes … with flexVolumes                            →  the same with classes

Other manifests pass unchanged. What has no counterpart is told on standard error, and in comments.

Ends with 0 when something was translated, 2 when nothing could be.`;

/** The command as the installer runs it; standard input is read only when no file is named. */
export async function runTranslate(
  args: readonly string[],
  { standardInput }: Pick<CommandContext, 'standardInput'>,
): Promise<CommandResult> {
  try {
    const { positionals } = parseArgs({ args: [...args], options: {}, allowPositionals: true });
    const texts =
      positionals.length === 0 ? [await standardInput()] : await Promise.all(positionals.map(read));
    const { manifests, remarks } = await translate(texts.join('\n---\n'));
    return { output: manifests, errors: remarks.map((line) => `${line}\n`).join(''), exitCode: 0 };
  } catch (error) {
    if (error instanceof TranslateFault) return { output: '', errors: `${error.message}\n`, exitCode: 2 };
    const why = error instanceof Error ? error.message : String(error);
    return { output: '', errors: `${why}\n\nUsage: installer ${usage}\n`, exitCode: 2 };
  }
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new Error(`cannot read ${file} (${systemErrorCode(cause)})`, { cause });
  }
}

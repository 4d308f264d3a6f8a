import { accessSync, constants, readFileSync, readSync, rmSync, writeSync } from 'node:fs';
import {
  access,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  statfs,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { outcome, outcomeOf, print, readInput } from './answers.ts';

/** Files as a program that stays uses them (promised-files.test.ts). Paths are told without their directory. */

const { directories } = readInput<{ directories: { node: string; runtime: string } }>();
const directory = directories[process.versions['node'] === undefined ? 'runtime' : 'node'];
const at = (name: string) => join(directory, name);

const answers: unknown[] = [];
const note = async (promise: Promise<unknown>) => void answers.push(await outcomeOf(promise));

await note(mkdir(at('a'), { mode: 0o700 }));
await note(mkdir(at('a')));
await note(writeFile(at('a/text'), 'one\ntwo é\n', { mode: 0o640 }));
await note(readFile(at('a/text'), 'utf8'));
await note(readFile(at('a/none'), 'utf8'));
await note(stat(at('a/text')).then(({ size, mode }) => [size, mode]));
await note(lstat(at('a/none')));
await note(readdir(at('a')));
await note(readdir(at('none')));
await note(access(at('a/text')));
await note(access(at('a/text'), constants.X_OK));
await note(access(at('a/none'), constants.W_OK));
await note(statfs(directory).then(({ bsize }) => bsize > 0));
await note(rename(at('a/text'), at('a/other')));
await note(rmdir(at('a')));
await note(rm(at('a')));
await note(rm(at('none')));
await note(rm(at('none'), { force: true }));
await note(handles());
answers.push(outcome(() => accessSync(at('none'))));
answers.push(outcome(() => accessSync('/proc/version', constants.W_OK)));
await note(writeFile(at('a/deep'), ''));
await note(mkdir(at('a/b/c'), { recursive: true }).then(() => writeFile(at('a/b/c/d'), 'x')));
await note(rm(at('a'), { recursive: true }));
answers.push(outcome(() => rmSync(at('a'), { force: true })));
answers.push(outcome(() => rmSync(at('a'))));
await note(text(process.stdin));
print(JSON.parse(JSON.stringify(answers).replaceAll(directory, '')));

async function handles(): Promise<unknown> {
  const file = await open(at('a/bytes'), 'wx', 0o600);
  const found: unknown[] = [];
  try {
    await file.writeFile('0123456789');
    found.push((await file.write(Buffer.from('ab'), 0, 2, 4)).bytesWritten);
    await file.chmod(0o644);
    await file.sync();
    found.push((await file.stat()).mode & 0o777, (await file.stat()).size);
    writeSync(file.fd, Buffer.from('xyz'), 1, 1, 0);
  } finally {
    await file.close();
  }
  found.push(await outcomeOf(open(at('a/bytes'), 'wx')));
  const again = await open(at('a/bytes'));
  const buffer = Buffer.alloc(6, 0x2e);
  found.push((await again.read(buffer, 1, 4, 3)).bytesRead, buffer.toString());
  found.push((await again.read(buffer, 0, 6, 100)).bytesRead);
  found.push(readSync(again.fd, buffer, 0, 3, 0), buffer.toString());
  found.push(await again.readFile('utf8'));
  await again.close();
  found.push(readFileSync(at('a/bytes'), 'utf8'));
  return found;
}

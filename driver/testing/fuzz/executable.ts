import { execa } from 'execa';
import fc from 'fast-check';
import { DriverError, errorCodes } from '../../errors.ts';
import { area } from './area.ts';
import { text } from './hostile.ts';
import { objectsDocument, optionsDocument } from './options.ts';

const EXECUTABLE = `dist/linux-${process.arch === 'arm64' ? 'arm64' : 'amd64'}/kv`;
/** Refused after the options were read, so that nothing is asked of anybody. */
const NOWHERE = '/nowhere';

/** Linux hands over no NUL, and no argument above 128 KiB. */
const argument = (whole: fc.Arbitrary<string>) =>
  whole
    .map((one) => one.replaceAll('\0', '\\u0000').toWellFormed())
    .filter((one) => Buffer.byteLength(one) < 131_072);

const callOuts = fc.oneof(
  {
    weight: 6,
    arbitrary: argument(fc.oneof(optionsDocument, objectsDocument)).map((json) => ['mount', NOWHERE, json]),
  },
  { weight: 1, arbitrary: argument(text).map((target) => ['unmount', `${target}/..`]) },
  { weight: 1, arbitrary: fc.array(argument(text), { maxLength: 4 }).map((args) => [...args, 'x']) },
);

/** The built executable as kubelet calls it: exit code 0, one line, nothing else, whatever it is given. */
export const executableArea = area('built executable', callOuts, async (args) => {
  const { all, exitCode } = await execa(EXECUTABLE, args, {
    all: true,
    reject: false,
    stripFinalNewline: false,
    extendEnv: false,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    timeout: 20_000,
  });
  if (exitCode !== 0 || all.indexOf('\n') !== all.length - 1)
    throw new Error(`exit code ${exitCode}: ${all}`);
  const { status, message = '' }: { status: string; message?: string } = JSON.parse(all);
  if (status === 'Not supported') return;
  if (status !== 'Failure') throw new Error(`answered ${all}`);
  const [code = ''] = message.split(':');
  const known = errorCodes.find((one) => one === code);
  if (known === undefined || known === 'Internal') throw new Error(`answered ${all}`);
  throw new DriverError(known, message.slice(code.length + 2));
});

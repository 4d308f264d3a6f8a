/** As much of Node's `fs` as the sources use, with its errors. */
export {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmdirSync,
  statfsSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from './fs-files.ts';
// What call-outs do not load.
export { accessSync, ftruncateSync, readSync, rmSync } from './fs-resident.ts';
export { type FSWatcher, watch } from './fs-watch.ts';
export { constants } from './open-flags.ts';
export { Stats } from './stats.ts';

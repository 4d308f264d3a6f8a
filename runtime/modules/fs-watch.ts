import * as resident from 'runtime:resident';
import * as system from 'runtime:system';
import { type Watch, watchDescriptor } from '../loop.ts';
import { EventEmitter } from './events.ts';
import { systemError } from './system-error.ts';

/** What libuv watches for: the same numbers on both architectures (inotify(7)). */
const IN_MODIFY = 0x2;
const IN_ATTRIB = 0x4;
const WATCHED = IN_MODIFY | IN_ATTRIB | 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x800;

/** inotify_event: four numbers of 32 bits, and a name that NULs fill up. */
const HEAD_BYTES = 16;
/** Room for many events; one has a name of 255 bytes at most. */
const READ_BYTES = 16 * 1024;

type Listener = (event: 'change' | 'rename', name: string | null) => void;

/** As much of Node's FSWatcher as the installer uses. */
export class FSWatcher extends EventEmitter implements Watch {
  readonly descriptor: number;
  readonly #ownName: string;
  readonly #unwatch: () => void;
  #isClosed = false;

  constructor(path: string) {
    super();
    this.#ownName = path.slice(path.lastIndexOf('/') + 1);
    this.descriptor = resident.watcher();
    if (this.descriptor < 0) throw systemError(this.descriptor, 'watch', path);
    const result = resident.watch(this.descriptor, path, WATCHED);
    if (result < 0) {
      system.close(this.descriptor);
      throw systemError(result, 'watch', path);
    }
    this.#unwatch = watchDescriptor(this);
  }

  events(): number {
    return 1;
  }

  onReady(): void {
    const bytes = new Uint8Array(READ_BYTES);
    const length = system.read(this.descriptor, bytes, 0, READ_BYTES);
    if (length < 0 && ['EAGAIN', 'EINTR'].includes(system.errnoName(-length))) return;
    if (length <= 0) {
      this.close();
      this.emit('error', systemError(length, 'watch'));
      return;
    }
    const view = new DataView(bytes.buffer);
    for (let at = 0; at + HEAD_BYTES <= length && !this.#isClosed; ) {
      const mask = view.getUint32(at + 4, true);
      const room = view.getUint32(at + 12, true);
      const name = bytes.subarray(at + HEAD_BYTES, at + HEAD_BYTES + room);
      const end = name.indexOf(0);
      const text = system.decodeUtf8(end < 0 ? name : name.subarray(0, end), false) ?? '';
      const kind = (mask & ~(IN_MODIFY | IN_ATTRIB)) === 0 ? 'change' : 'rename';
      this.emit('change', kind, text === '' ? this.#ownName : text);
      at += HEAD_BYTES + room;
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#unwatch();
    system.close(this.descriptor);
  }
}

/** Tells of changes in a directory, or of a file. @throws a system error, as `EMFILE` when no watch is left */
export function watch(path: string, listener: Listener): FSWatcher {
  return new FSWatcher(path).on('change', listener as (...args: unknown[]) => void);
}

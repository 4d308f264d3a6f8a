import { faultOfFilePath } from '../options/file-path.ts';
import { objectTypes } from '../options/items.ts';
import type { VolumeContents, VolumeFile, VolumeForm } from '../ports.ts';
import type { RecordedObject, VolumeSummary } from '../record/record.ts';
import type { AskedFor, AskedObject } from '../recorder.ts';
import type { FileOnWire, VolumeOnWire } from './protocol.ts';

/** Whole volumes in the spelling of the wire: what is told of them as JSON, and the bytes of all files as one body. */

export function volumeToWire(
  { files, summary }: VolumeContents,
  asked: AskedFor | undefined,
): { message: VolumeOnWire; body: Uint8Array[] } {
  const told = files.map(({ path, mode, bytes }): FileOnWire => ({ path, mode, size: bytes.length }));
  return { message: { is: 'volume', asked, summary, files: told }, body: files.map(({ bytes }) => bytes) };
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * The volume of a reply, checked in everything that this driver acts on.
 * @returns undefined for what is no volume
 */
export function volumeFrom({ files, summary }: Fields, body: Uint8Array): VolumeContents | undefined {
  if (!Array.isArray(files) || !isSummary(summary)) return undefined;
  const found: VolumeFile[] = [];
  let at = 0;
  for (const file of files as unknown[]) {
    if (!isFile(file) || at + file.size > body.length) return undefined;
    found.push({ path: file.path, mode: file.mode, bytes: body.subarray(at, at + file.size) });
    at += file.size;
  }
  return at === body.length ? { files: found, summary } : undefined;
}

/** The objects and identity that the volume asks for, for the event alone; undefined when the reply does not tell them. */
export function askedFrom({ asked }: Fields): AskedFor | undefined {
  if (!isFields(asked) || typeof asked['identity'] !== 'string' || !Array.isArray(asked['objects']))
    return undefined;
  return asked['objects'].every(isAskedObject) ? (asked as unknown as AskedFor) : undefined;
}

function isFile(file: unknown): file is FileOnWire {
  if (!isFields(file)) return false;
  const { path, mode, size } = file;
  return (
    typeof path === 'string' &&
    faultOfFilePath(path) === undefined &&
    (mode === undefined || isBits(mode)) &&
    Number.isSafeInteger(size) &&
    (size as number) >= 0
  );
}

function isSummary(summary: unknown): summary is VolumeSummary {
  if (!isFields(summary)) return false;
  const { identity, rotation, rotates, keepsSecret, staleSince, objects, form } = summary;
  return (
    typeof identity === 'string' &&
    isFields(rotation) &&
    typeof rotates === 'boolean' &&
    typeof keepsSecret === 'boolean' &&
    (staleSince === undefined || typeof staleSince === 'number') &&
    Array.isArray(objects) &&
    objects.every(isRecordedObject) &&
    isForm(form)
  );
}

function isForm(form: unknown): form is VolumeForm {
  if (!isFields(form)) return false;
  const { readOnly, fileMode, uid, gid, rootMode } = form;
  return typeof readOnly === 'boolean' && isBits(fileMode) && isId(uid) && isId(gid) && isBits(rootMode);
}

function isRecordedObject(object: unknown): object is RecordedObject {
  if (!isFields(object)) return false;
  const { type, vault, name, version, expires } = object;
  const isKnown = (objectTypes as readonly unknown[]).includes(type);
  return (
    isKnown &&
    [vault, name, version].every((text) => typeof text === 'string') &&
    (expires === undefined || typeof expires === 'number')
  );
}

function isAskedObject(object: unknown): object is AskedObject {
  if (!isFields(object)) return false;
  const { type, vault, name, version } = object;
  return (
    [type, vault, name].every((text) => typeof text === 'string') &&
    (version === undefined || typeof version === 'string')
  );
}

/** Permission bits (chmod(2)). */
function isBits(mode: unknown): mode is number {
  return Number.isInteger(mode) && (mode as number) >= 0 && (mode as number) <= 0o7777;
}

function isId(id: unknown): id is number {
  return Number.isInteger(id) && (id as number) >= 0 && (id as number) <= 0xffff_fffe;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

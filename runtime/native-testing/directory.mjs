// The empty directory to work in.
import * as system from 'runtime:system';
import { O_CREAT, O_WRONLY } from './numbers.mjs';

export const directory = system.args[0];
export const at = (name) => `${directory}/${name}`;
export const textOf = (path) => system.decodeUtf8(system.readFile(path), false);

export function put(name, content) {
  const bytes = typeof content === 'string' ? system.encodeUtf8(content) : content;
  const descriptor = system.open(at(name), O_WRONLY | O_CREAT, 0o600);
  for (let written = 0; written < bytes.length; )
    written += system.write(descriptor, bytes, written, bytes.length - written);
  system.close(descriptor);
}

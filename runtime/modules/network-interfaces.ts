import * as resident from 'runtime:resident';
import { systemError } from './system-error.ts';

/** As much of Node's `networkInterfaces` as the installer uses: addresses by the names of their interfaces. */
export function networkInterfaces(): Record<string, { readonly address: string }[]> {
  const found = resident.addresses();
  if (typeof found === 'number') throw systemError(found, 'uv_interface_addresses');
  const interfaces: Record<string, { address: string }[]> = {};
  for (let at = 0; at + 1 < found.length; at += 2) {
    const [name = '', address = ''] = [found[at], found[at + 1]];
    const addresses = interfaces[name] ?? [];
    addresses.push({ address });
    interfaces[name] = addresses;
  }
  return interfaces;
}

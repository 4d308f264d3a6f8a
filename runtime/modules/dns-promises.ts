import { lookUp } from '../globals/fetch.ts';

/** As much of Node's `dns/promises` as the installer uses: the C library's own resolver. */
export async function lookup(
  host: string,
  _options: { readonly all: true },
): Promise<{ address: string; family: 4 | 6 }[]> {
  try {
    const addresses = await lookUp(host);
    return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  } catch (error) {
    const { code } = error as { code?: string };
    throw Object.assign(new Error(`getaddrinfo ${code} ${host}`), {
      code,
      syscall: 'getaddrinfo',
      hostname: host,
    });
  }
}

/**
 * Brings up the loopback interface of a new network namespace and gives it the address of Azure's metadata
 * service. Run by Bun, which can call ioctl(2): a bare machine has no `ip` command.
 */
import { dlopen } from 'bun:ffi';

const AF_INET = 2;
const SOCK_DGRAM = 2;
const SIOCSIFFLAGS = 0x8914;
const SIOCSIFADDR = 0x8916;
const IFF_UP = 0x1;
const METADATA_SERVICE = [169, 254, 169, 254];

const libc = dlopen('libc.so.6', {
  socket: { args: ['int', 'int', 'int'], returns: 'int' },
  ioctl: { args: ['int', 'u64', 'ptr'], returns: 'int' },
});

const socket = libc.symbols.socket(AF_INET, SOCK_DGRAM, 0);
request(SIOCSIFFLAGS, 'lo', [IFF_UP, 0]);
request(SIOCSIFADDR, 'lo:0', [AF_INET, 0, 0, 0, ...METADATA_SERVICE]);

/** One ioctl on a struct ifreq: 16 bytes of name, then the argument (netdevice(7)). */
function request(code: number, name: string, argument: readonly number[]): void {
  const ifreq = new Uint8Array(40);
  ifreq.set(new TextEncoder().encode(name), 0);
  ifreq.set(argument, 16);
  if (libc.symbols.ioctl(socket, code, ifreq) !== 0)
    throw new Error(`cannot configure ${name} in the network namespace`);
}

import { errnoName, executable, handOver, takeSignal } from 'front:system';
import { createCallOutPorts } from '../call-out-ports.ts';
import { runAsProcess } from '../call-out-process.ts';
import { runCallOut } from '../callout.ts';
import { DriverError } from '../errors.ts';
import { HandOver } from '../hand-over.ts';
import type { MountRequest } from '../options/volume-options.ts';
import type { ObjectReader } from '../ports.ts';
import { dirname } from './node/path.ts';

/** The driver as the front runs it: the node agent reads, or the large runtime goes on. */

const ports = createCallOutPorts({
  driverDirectory: () => dirname(String(executable())),
  directReader: () => needsLargeRuntime,
  check: refuseCertificates,
});
runAsProcess((args, signal) => runCallOut(args, ports, signal), goOn);

const needsLargeRuntime: ObjectReader = {
  read: () => Promise.reject(new HandOver()),
};

/** Where options already say that a certificate is taken apart, nothing is read twice. */
function refuseCertificates({ items }: MountRequest): void {
  for (const { form } of items)
    if (form.type === 'secret' && form.format !== 'raw' && form.format !== 'auto') throw new HandOver();
}

function goOn(variable: string): DriverError {
  // One that came too late to be heard would end the process; kubelet sends none, and a second one will be heard.
  while (takeSignal() !== 0);
  const code = errnoName(-handOver([variable]));
  const text = `the driver's executable cannot be loaded (${code}); install it again: restart the installer's pod on this node`;
  return new DriverError('Internal', text);
}

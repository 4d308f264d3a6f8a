import { DriverError, toDriverError } from './errors.ts';
import { init } from './init.ts';
import type { MountPorts } from './mount.ts';
import type { VolumeStore } from './ports.ts';
import { type DriverStatus, failure, notSupported, success } from './status.ts';
import { unmount } from './unmount.ts';

/** The outside of a call-out, each part made only when the call-out needs it. */
export interface CallOutPorts {
  /** @param target the directory that kubelet names: the pod's other volumes are beside it */
  mountPorts(target: string): Promise<MountPorts>;
  volumes(): VolumeStore;
}

/**
 * Runs one call-out and answers its status. Throws nothing.
 * @param args what kubelet passed: the call-out's name and its arguments
 * @param signal aborted, with a DriverError as its reason, when the call-out has to end
 */
export async function runCallOut(
  args: readonly string[],
  ports: CallOutPorts,
  signal: AbortSignal,
): Promise<DriverStatus> {
  try {
    return await dispatch(args, ports, signal);
  } catch (error) {
    return failure(toDriverError(signal.aborted && !(error instanceof DriverError) ? signal.reason : error));
  }
}

async function dispatch(
  args: readonly string[],
  ports: CallOutPorts,
  signal: AbortSignal,
): Promise<DriverStatus> {
  const [callOut = '', target = '', json = ''] = args;
  switch (callOut) {
    case 'init':
      return init();
    case 'mount': {
      expectArguments(args, 3, 'mount <directory> <options as JSON>');
      const mountPorts = await ports.mountPorts(target);
      const { mount } = await import('./mount.ts');
      await mount(target, json, mountPorts, signal);
      return success;
    }
    case 'unmount': {
      expectArguments(args, 2, 'unmount <directory>');
      await unmount(target, ports.volumes(), signal);
      return success;
    }
    default:
      return notSupported(callOut);
  }
}

function expectArguments(args: readonly string[], count: number, usage: string): void {
  if (args.length !== count) {
    throw new DriverError(
      'CallOutInvalid',
      `expected "${usage}", but there were ${args.length - 1} arguments`,
    );
  }
}

import type { DriverStatus } from './status.ts';

/**
 * Answers `init`. kubelet runs it under a mutex that stalls every volume plugin of the node, so it does no I/O.
 *
 * `fsGroup` and `selinuxRelabel` are false because kubelet skips both for a read-only volume; this driver
 * applies them itself, always (mounter.go, SetUpAt).
 */
export function init(): DriverStatus {
  return {
    status: 'Success',
    capabilities: {
      attach: false,
      selinuxRelabel: false,
      fsGroup: false,
      supportsMetrics: false,
      requiresFSResize: false,
    },
  };
}

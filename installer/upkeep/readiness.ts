/** Whether the node is as it should be: able to mount, or rid of the driver where that is asked for; and why not. */
export type Readiness =
  | { readonly ready: true; readonly sha256?: string }
  | { readonly ready: false; readonly code: string; readonly reason: string };

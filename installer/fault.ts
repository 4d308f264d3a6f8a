/** Why the installer cannot do its work, as a closed set; the health answer and the logs name it. */
export type FaultCode =
  | 'SettingsInvalid'
  | 'ServerFailed'
  | 'PluginDirectoryUnusable'
  | 'NodeConfigInvalid'
  | 'FileRefused'
  | 'WriteFailed'
  | 'DriverInitFailed'
  | 'VolumesMounted';

/** The one error of the installer. `message` is for the cluster admin: what is wrong and which value to change. */
export class InstallFault extends Error {
  readonly code: FaultCode;

  constructor(code: FaultCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'InstallFault';
    this.code = code;
  }
}

/** `ENOSPC`-like code of a system error, else its class name. */
export function systemErrorCode(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : error.name;
}

import { openFlags } from 'runtime:system';

/** Flags of open(2) and rights of access(2), as fs.constants has them. */
export const constants = { ...openFlags, F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1 };

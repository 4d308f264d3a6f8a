/** Flags of open(2), as fs.constants has them. */
export { openFlags as constants } from 'runtime:system';

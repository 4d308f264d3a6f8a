/** The installer's program, in parts of their own (image/executable/bundle.ts). It never ends before the process does. */
declare module 'runtime:installer' {}

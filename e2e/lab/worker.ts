/** The first program of a lab of one test file (pool.ts): prepares the lab, then becomes Vitest's worker process. */
import { pathToFileURL } from 'node:url';
import { prepareLab, prepareTemporaryDirectory } from './prepare.ts';

const [worker = ''] = process.argv.slice(2);
prepareLab();
prepareTemporaryDirectory();
await import(pathToFileURL(worker).href);

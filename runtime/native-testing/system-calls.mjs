// Assertions about `runtime:system`, run by a host that has nothing but that module and modules by relative paths: an empty
// directory to work in, and the socket of peer.mjs, are its arguments. It names what failed on stderr and exits with 1.
// In the environment: OF_TEST=a=b=, BAD_IN_TEST='x', the byte FF, 'y', and __proto__=own.
import * as system from 'runtime:system';
import { run } from './assertions.mjs';
import { buffersCases } from './cases/buffers.mjs';
import { descriptorsCases } from './cases/descriptors.mjs';
import { directoriesCases } from './cases/directories.mjs';
import { filesCases } from './cases/files.mjs';
import { hostileCases } from './cases/hostile.mjs';
import { loopCases } from './cases/loop.mjs';
import { mountsCases } from './cases/mounts.mjs';
import { namesCases } from './cases/names.mjs';
import { pollCases } from './cases/poll.mjs';
import { processCases } from './cases/process.mjs';
import { signalsCases } from './cases/signals.mjs';
import { socketsCases } from './cases/sockets.mjs';
import { textCases } from './cases/text.mjs';

const all = {
  ...processCases,
  ...descriptorsCases,
  ...buffersCases,
  ...filesCases,
  ...directoriesCases,
  ...namesCases,
  ...mountsCases,
  ...socketsCases,
  ...pollCases,
  ...signalsCases,
  ...textCases,
  ...loopCases,
  ...hostileCases,
};

if (!run(all)) system.exit(1);

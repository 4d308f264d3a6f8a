import { createReadStream, existsSync, statSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Footprint } from './results.ts';

const ARCHIVE = 'dist/image/keyvault-flexvol.tar';

/** Sizes of the driver and, where `npm run image` has made it, of the image, compressed as registries do. */
export async function measureFootprint(driver: string): Promise<Footprint> {
  const image = existsSync(ARCHIVE)
    ? { imageMegabytes: statSync(ARCHIVE).size / 1e6, imageGzipMegabytes: await gzipped(ARCHIVE) }
    : {};
  return {
    driverMegabytes: statSync(driver).size / 1e6,
    driverGzipMegabytes: await gzipped(driver),
    ...image,
  };
}

async function gzipped(file: string): Promise<number> {
  let size = 0;
  await pipeline(createReadStream(file), createGzip(), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) size += chunk.length;
  });
  return size / 1e6;
}

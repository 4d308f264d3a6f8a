import type { PipelineRequest } from '@azure/core-rest-pipeline';

/** What the body of an answer comes as, piece by piece. */
export type BodyChunks = AsyncIterable<Uint8Array>;

/**
 * The body of an answer as text. Each piece is reported to `request.onDownloadProgress` as it arrives, decompressed,
 * and what that throws ends the reading: this is how answers are bounded (bounded-answer.ts).
 * @param encoding the Content-Encoding header; no request asks for one, but something in between may not care
 */
export async function readText(
  chunks: BodyChunks,
  encoding: string | null | undefined,
  request: PipelineRequest,
): Promise<string> {
  const pieces: Uint8Array[] = [];
  let loadedBytes = 0;
  for await (const chunk of decompressed(chunks, encoding)) {
    loadedBytes += chunk.byteLength;
    request.onDownloadProgress?.({ loadedBytes });
    pieces.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(pieces));
}

function decompressed(chunks: BodyChunks, encoding: string | null | undefined): BodyChunks {
  const format = encoding?.trim().toLowerCase() ?? '';
  if (format !== 'gzip' && format !== 'deflate') return chunks;
  const stream = ReadableStream.from(chunks) as ReadableStream<Uint8Array<ArrayBuffer>>;
  return stream.pipeThrough(new DecompressionStream(format));
}

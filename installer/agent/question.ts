import * as z from 'zod';
import type { Question } from '../../driver/agent/protocol.ts';

const text = z.string().max(2048);

/** The document is checked by the parser of the volume's options, as the driver does it. */
const volumeQuestion = z.strictObject({
  version: z.number(),
  ask: z.literal('volume'),
  driverVersion: text,
  document: z.string().max(512 * 1024),
  federatedToken: z
    .strictObject({ token: z.string().max(65_536), issuer: text, subject: text, audience: text })
    .optional(),
  arcEnabled: z.boolean(),
  deadline: z.strictObject({ milliseconds: z.number().max(120_000), message: text }),
  environment: z.strictObject({
    proxy: z.strictObject({
      httpsProxy: z.string().max(8192).optional(),
      noProxy: z.array(z.string().max(1024)).max(4096).optional(),
    }),
  }),
});

/** @returns undefined when it is no question of this version of the protocol */
export function parseQuestion(message: unknown): Question | undefined {
  const result = volumeQuestion.safeParse(message);
  return result.success ? (result.data as Question) : undefined;
}

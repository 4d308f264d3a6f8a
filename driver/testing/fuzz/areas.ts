import type { Area } from './area.ts';
import { pemArea, pkcs12Area } from './certificates.ts';
import { decodedTextArea, globArea, jsonPropertyArea, mountInfoArea, targetArea } from './contents.ts';
import { nodeConfigArea } from './node-config.ts';
import { filePathsArea, objectsArea, optionsArea } from './options.ts';
import { tokenAnswersArea, vaultAnswersArea } from './vault-answers.ts';

/** Every area, and its share of a long run's inputs: more where more is read, less where an input takes long, which come last. */
export const areas: readonly { readonly area: Area; readonly share: number }[] = [
  { area: filePathsArea, share: 0.15 },
  { area: optionsArea, share: 0.13 },
  { area: nodeConfigArea, share: 0.1 },
  { area: pemArea, share: 0.06 },
  { area: pkcs12Area, share: 0.04 },
  { area: tokenAnswersArea, share: 0.11 },
  { area: jsonPropertyArea, share: 0.1 },
  { area: decodedTextArea, share: 0.09 },
  { area: globArea, share: 0.07 },
  { area: targetArea, share: 0.08 },
  { area: mountInfoArea, share: 0.033 },
  { area: objectsArea, share: 0.025 },
  { area: vaultAnswersArea, share: 0.012 },
];

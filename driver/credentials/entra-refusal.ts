/** One module for the meaning of Entra's refusals, loaded only where there is a refusal. */
export { meaningOf } from './entra-codes.ts';
export { codeIn, codeWithin, firstSentence } from './entra-description.ts';

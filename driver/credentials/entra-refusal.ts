/** What a refusal of Entra means, in one module that is loaded only where there is a refusal. */
export { meaningOf } from './entra-codes.ts';
export { codeIn, codeWithin, firstSentence } from './entra-description.ts';

import { testFewInputs } from '../testing/fuzz/few-inputs.ts';
import { tokenAnswersArea } from '../testing/fuzz/vault-answers.ts';

testFewInputs(tokenAnswersArea);

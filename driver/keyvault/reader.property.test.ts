import { testFewInputs } from '../testing/fuzz/few-inputs.ts';
import { vaultAnswersArea } from '../testing/fuzz/vault-answers.ts';

testFewInputs(vaultAnswersArea);

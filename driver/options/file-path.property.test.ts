import { testFewInputs } from '../testing/fuzz/few-inputs.ts';
import { filePathsArea } from '../testing/fuzz/options.ts';

testFewInputs(filePathsArea);

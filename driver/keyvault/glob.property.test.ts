import { globArea } from '../testing/fuzz/contents.ts';
import { testFewInputs } from '../testing/fuzz/few-inputs.ts';

testFewInputs(globArea);

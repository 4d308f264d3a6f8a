import { testFewInputs } from '../testing/fuzz/few-inputs.ts';
import { objectsArea, optionsArea } from '../testing/fuzz/options.ts';

testFewInputs(optionsArea);
testFewInputs(objectsArea);

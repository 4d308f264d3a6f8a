import { decodedTextArea, jsonPropertyArea } from '../testing/fuzz/contents.ts';
import { testFewInputs } from '../testing/fuzz/few-inputs.ts';

testFewInputs(jsonPropertyArea);
testFewInputs(decodedTextArea);

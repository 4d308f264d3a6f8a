import { testFewInputs } from '../testing/fuzz/few-inputs.ts';
import { nodeConfigArea } from '../testing/fuzz/node-config.ts';

testFewInputs(nodeConfigArea);

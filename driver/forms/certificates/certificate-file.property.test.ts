import { pemArea, pkcs12Area } from '../../testing/fuzz/certificates.ts';
import { testFewInputs } from '../../testing/fuzz/few-inputs.ts';

testFewInputs(pemArea);
testFewInputs(pkcs12Area);

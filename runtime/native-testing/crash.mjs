// One way to end, by name, with what it needs; run by runtime/host/testing/evaluate.rs, which has testing:faults.
import * as system from 'runtime:system';
import { exhaust, panic, raise, recurse, touchFreed, touchNothing } from 'testing:faults';

const [way, number] = system.args;

const ways = {
  'a signal': () => raise(Number(number)),
  'a write to nowhere': touchNothing,
  'the end of the stack': recurse,
  'a panic': panic,
  'memory that ends': exhaust,
  'a read of freed memory': touchFreed,
  'recursion of JavaScript': () => {
    const deeper = () => deeper() + 1;
    for (const tried of [deeper, () => JSON.parse('['.repeat(1e6)), () => RegExp('('.repeat(1e5))])
      say(thrownBy(tried));
  },
  exit: () => system.exit(42),
};

ways[way]();

function thrownBy(action) {
  try {
    action();
    return 'nothing';
  } catch (error) {
    return error.name;
  }
}

function say(text) {
  const bytes = system.encodeUtf8(`${text}\n`);
  system.write(1, bytes, 0, bytes.length);
}

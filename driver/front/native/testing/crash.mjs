// One way to end, by name, with what it needs; run by the host (host.c), which has front:faults.
import { giveBack, raise, recurse, touchNothing } from 'front:faults';
import * as system from 'front:system';
import { textOf } from './directory.mjs';
import { SIGTERM } from './numbers.mjs';

const [way, number] = system.args;

const ways = {
  'a signal': () => raise(Number(number)),
  'a write to nowhere': touchNothing,
  'the end of the stack': recurse,
  'a write to nowhere after a hand-over': () => {
    giveBack();
    touchNothing();
  },
  'signals before and after a hand-over': () => {
    say(signals());
    system.watchSignal(SIGTERM);
    say(signals());
    giveBack();
    say(signals());
  },
  'a hand-over with a signal that is pending': () => handOverAfter(() => {}),
  'a hand-over with a signal that was noted': () => handOverAfter(() => system.poll([], [], 0, [])),
  'a hand-over with a signal that was taken': () =>
    handOverAfter(() => {
      system.poll([], [], 0, []);
      system.takeSignal();
    }),
  'recursion of JavaScript': () => {
    const deeper = () => deeper() + 1;
    for (const tried of [deeper, () => JSON.parse('['.repeat(1e6)), () => RegExp('('.repeat(1e5))])
      say(thrownBy(tried));
  },
  exit: () => system.exit(42),
};

ways[way]();

function handOverAfter(action) {
  system.watchSignal(SIGTERM);
  raise(SIGTERM);
  action();
  giveBack();
  say('goes on');
}

function thrownBy(action) {
  try {
    action();
    return 'nothing';
  } catch (error) {
    return error.name;
  }
}

/** What the kernel says of this process: which are blocked, ignored and caught. */
function signals() {
  return JSON.stringify(textOf('/proc/self/status').match(/^Sig(Blk|Ign|Cgt):\s+\w+/gm));
}

function say(text) {
  const bytes = system.encodeUtf8(`${text}\n`);
  system.write(1, bytes, 0, bytes.length);
}

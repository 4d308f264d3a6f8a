import * as system from 'runtime:system';
import { is, throws } from '../assertions.mjs';

export const loopCases = {
  'the loop'() {
    const order = [];
    const seen = [];
    system.onUnhandledRejection((reason) => seen.push(reason?.message ?? reason));
    let turns = 0;
    void Promise.resolve()
      .then(() => order.push('job'))
      .then(() => order.push('job of a job'));
    const late = Promise.reject(new Error('handled in time'));
    void Promise.resolve().then(() => late.catch(() => {}));
    void Promise.reject(new Error('nobody'));
    void Promise.reject();
    void Promise.resolve().then(() => {
      throw new Error('in a job');
    });
    let keep;
    const answer = system.runLoop(() => {
      order.push(`turn ${++turns}, ${seen.length} seen`);
      if (turns === 1) keep = Promise.reject('later');
      if (turns === 2) keep.catch(() => order.push('handled after all'));
      if (turns === 3) throw new Error('turn');
      if (turns === 4) throws(TypeError, () => system.runLoop(() => false), 'a loop in the loop');
      return turns < 5;
    });
    is(answer, undefined, 'runLoop');
    is(
      order,
      [
        'job',
        'job of a job',
        'turn 1, 3 seen',
        'turn 2, 4 seen',
        'handled after all',
        'turn 3, 4 seen',
        'turn 4, 5 seen',
        'turn 5, 5 seen',
      ],
      'its order',
    );
    is(seen, ['nobody', null, 'in a job', 'later', 'turn'], 'what nobody handled, each once');
    void Promise.reject('a');
    void Promise.reject('b');
    seen.length = 0;
    system.onUnhandledRejection((reason) => {
      seen.push(reason);
      throw new SyntaxError('the handler');
    });
    throws(SyntaxError, () => system.runLoop(() => true), 'a handler that throws ends the loop');
    is(seen, ['a'], 'at once');
    throws(SyntaxError, () => system.runLoop(() => true), 'and ends the next one too');
    is(seen, ['a', 'b'], 'for what was left');
    throws(
      SyntaxError,
      () =>
        system.runLoop(() => {
          throw 'c';
        }),
      'what turn throws comes to the handler',
    );
    is(seen, ['a', 'b', 'c'], 'once');
    let times = 0;
    system.onUnhandledRejection(() => {
      if (++times < 3) void Promise.reject('again');
    });
    void Promise.reject('first');
    system.runLoop(() => false);
    is(times, 3, 'a handler whose own promise is rejected');
    system.onUnhandledRejection(() => system.onUnhandledRejection(() => times++));
    void Promise.reject('replaces');
    void Promise.reject('replaced');
    system.runLoop(() => false);
    is(times, 4, 'a handler that replaces itself');
    const many = Array.from({ length: 2000 }, (_, index) => Promise.reject(index));
    for (const promise of many.slice(0, 1990)) promise.catch(() => {});
    system.runLoop(() => false);
    is(times, 14, 'many rejections, most of them handled');
    for (const other of [undefined, null, {}, 1]) {
      throws(TypeError, () => system.runLoop(other), `runLoop of ${other}`);
      throws(TypeError, () => system.onUnhandledRejection(other), `onUnhandledRejection of ${other}`);
    }
    is(
      system.runLoop(() => 0),
      undefined,
      'a turn that answers 0',
    );
    throws(
      RangeError,
      () => {
        const sink = () => sink() + 1;
        sink();
      },
      'a recursion without end',
    );
  },
};

// Checks that go on after one that failed, and tell of all.
import * as system from 'runtime:system';

const failures = [];
let checks = 0;

export function is(actual, expected, name) {
  checks++;
  const [a, e] = [show(actual), show(expected)];
  if (a !== e) failures.push(`${name}: ${a} instead of ${e}`);
}

export function holds(condition, name) {
  is(Boolean(condition), true, name);
}

export function throws(type, call, name) {
  checks++;
  try {
    failures.push(`${name}: answered ${show(call())} instead of throwing ${type.name}`);
  } catch (error) {
    if (!(error instanceof type)) failures.push(`${name}: threw ${error} instead of ${type.name}`);
  }
}

/** Runs the tests, and tells on stderr what failed. @returns whether nothing did */
export function run(tests) {
  for (const [name, test] of Object.entries(tests)) {
    const before = failures.length;
    try {
      test();
    } catch (error) {
      failures.push(`${error}\n${error?.stack}`);
    }
    for (const failure of failures.slice(before)) say(`${name}: ${failure}\n`);
  }
  say(`${checks} checks, ${failures.length} failed\n`);
  return failures.length === 0;
}

function say(text) {
  const bytes = system.encodeUtf8(text);
  system.write(2, bytes, 0, bytes.length);
}

function show(value) {
  if (value instanceof Uint8Array && !value.buffer.detached) return `bytes [${value}]`;
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  return typeof value === 'bigint' ? `${value}n` : String(JSON.stringify(value));
}

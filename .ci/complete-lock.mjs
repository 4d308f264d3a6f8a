// node .ci/complete-lock.mjs: run after `npm install` where the registry in reach lacks some platforms' packages.
// npm leaves those out of package-lock.json, and `npm ci` then refuses the file, everywhere. This puts them back,
// as optional packages of their platform, so that only machines of that platform ever ask for them. Each package without
// a hash of its archive gets the one that the registry publishes (image/parts/lock.test.ts fails without it).
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const file = 'package-lock.json';
const lock = JSON.parse(readFileSync(file, 'utf8'));
const { '': root, ...packages } = lock.packages;

for (const [path, parent] of Object.entries(packages)) {
  for (const [name, range] of Object.entries(parent.optionalDependencies ?? {})) {
    if (packages[`node_modules/${name}`] || packages[`${path}/node_modules/${name}`]) continue;
    packages[`node_modules/${name}`] = {
      version: range,
      ...(parent.dev && { dev: true }),
      optional: true,
      ...platformOf(name),
    };
    console.log(`added ${name}@${range}`);
  }
}
for (const [path, entry] of Object.entries(packages)) {
  if (entry.integrity || entry.link) continue;
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const { version, ...rest } = entry;
  packages[path] = { version, integrity: publishedIntegrity(name, version), ...rest };
  console.log(`hash of ${name}@${version}`);
}
const sorted = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify({ ...lock, packages: { '': root, ...sorted } }, null, 2)}\n`);

/** Throws where the registry does not know the package: without its hash anything could be installed in its place. */
function publishedIntegrity(name, version) {
  const text = execFileSync('npm', ['view', `${name}@${version}`, 'dist.integrity', '--json'], {
    encoding: 'utf8',
  });
  const integrity = JSON.parse(text);
  if (!/^sha512-/.test(integrity)) throw new Error(`no sha512 of ${name}@${version} is published`);
  return integrity;
}

/** The platform that such a package's name ends with: `binding-linux-x64-musl`, `cli-darwin-arm64`. */
function platformOf(name) {
  const words = name.split('/').at(-1).split('-');
  const os = [
    'aix',
    'android',
    'darwin',
    'freebsd',
    'linux',
    'netbsd',
    'openbsd',
    'openharmony',
    'sunos',
    'win32',
  ];
  const cpu = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];
  const last = words.at(-1);
  return {
    ...pick('os', os, words),
    ...pick('cpu', cpu, words),
    ...(words.includes('linux') && /^musl/.test(last) && { libc: ['musl'] }),
    ...(words.includes('linux') && /^gnu/.test(last) && { libc: ['glibc'] }),
  };
}

function pick(key, known, words) {
  const found = words.find((word) => known.includes(word));
  return found ? { [key]: [found] } : {};
}

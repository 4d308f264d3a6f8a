// node .ci/complete-lock.mjs: run after `npm install` where the registry in reach lacks some platforms' packages.
// npm leaves those out of package-lock.json, and `npm ci` then refuses the file, everywhere. This puts them back,
// as optional packages of their platform, so that only machines of that platform ever ask for them.
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
const sorted = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify({ ...lock, packages: { '': root, ...sorted } }, null, 2)}\n`);

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

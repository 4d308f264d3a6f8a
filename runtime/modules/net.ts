/** As much of Node's `net` as the sources use: stream sockets to programs of this node (unix(7)), and servers. */
export { createServer, type Server } from './net-server.ts';
export { connect, Socket } from './net-socket.ts';

/** Loaded before a server: tells the parent process the port that the system chose for it. */
import { subscribe } from 'node:diagnostics_channel';
import { Server } from 'node:net';

subscribe('tracing:net.server.listen:asyncEnd', (message) => {
  const server = typeof message === 'object' && message !== null && 'server' in message && message.server;
  const address = server instanceof Server ? server.address() : undefined;
  if (typeof address === 'object' && address) process.send?.(address.port);
});

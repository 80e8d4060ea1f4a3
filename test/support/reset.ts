import type { Socket } from 'node:net';

/**
 * Ends a connection by a reset. One that is being ended in good order is only cut off: Node.js would keep the handle of
 * one that is reset then, and turn for ever in place of ending its process.
 */
export function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

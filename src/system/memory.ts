/** From Node.js 22 on, what a buffer holds can be moved to another: also to one that holds nothing. */
interface Movable {
  transfer?(length: number): unknown;
}

/**
 * Gives back the memory of bytes that nobody looks at any more, where they have it for themselves alone and Node.js can.
 * Else it waits for the collection of garbage; Node.js 24 looks through all of the heap once 40 MiB wait so, which takes
 * longer than all else in a large download.
 */
export function giveBack({ buffer, byteLength }: Uint8Array): void {
  if (byteLength === buffer.byteLength) (buffer as Movable).transfer?.(0);
}

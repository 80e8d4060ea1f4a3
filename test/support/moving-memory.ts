/**
 * For the tests of a suite: memory can be moved, as from Node.js 22 on, whatever this one is.
 *
 * @returns how many bytes were given back in a test.
 */
export function movingMemory(): { bytes: number } {
  const { prototype } = ArrayBuffer;
  const own = Object.getOwnPropertyDescriptor(prototype, 'transfer');
  const given = { bytes: 0 };
  function transfer(this: ArrayBuffer): ArrayBuffer {
    given.bytes += this.byteLength;
    return structuredClone(this, { transfer: [this] });
  }
  before(() => {
    Object.defineProperty(prototype, 'transfer', { configurable: true, value: transfer });
  });
  beforeEach(() => {
    given.bytes = 0;
  });
  after(() => {
    if (own) Object.defineProperty(prototype, 'transfer', own);
    else Reflect.deleteProperty(prototype, 'transfer');
  });
  return given;
}

/**
 * From now on, until what it gives is called, nobody has the time or the chance of this machine: what a history depends
 * on comes from its seed alone.
 */
export function forbidRealTime(): () => void {
  const given = [
    forbid(globalThis, 'setTimeout'),
    forbid(globalThis, 'setInterval'),
    forbid(globalThis, 'setImmediate'),
    forbid(Date, 'now'),
    forbid(performance, 'now'),
    forbid(Math, 'random'),
    forbid(AbortSignal, 'timeout'),
  ];
  return () => {
    for (const giveBack of given) giveBack();
  };
}

function forbid<T extends object>(owner: T, name: keyof T & string): () => void {
  const own = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(owner, name, {
    configurable: true,
    writable: true,
    value: () => {
      throw new Error(`${name} is not the simulation's`);
    },
  });
  return () => {
    if (own) Object.defineProperty(owner, name, own);
    else Reflect.deleteProperty(owner, name);
  };
}

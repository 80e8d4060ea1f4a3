import { runInNewContext } from 'node:vm';

/** Makes a value anew each time: what one node does to it must not help the next. */
export type Hostile = () => unknown;

const thrower = (thrown: () => unknown): Hostile => {
  return () => {
    const fail = (): never => {
      throw thrown();
    };
    const getters = [
      ...['objectType', 'objectID', 'instanceID', 'then', 'message', 'code', 'toString', 'id', 'username'],
      ...['length', 'pipe', 'properties', 'destinationType', 'toJSON', 'action', 'receiver', 'deleted'],
    ].map((name) => [name, { get: fail, enumerable: true }] as const);
    return Object.defineProperties({}, Object.fromEntries(getters));
  };
};

function nested(depth: number, open: string, end: string): unknown {
  return JSON.parse(open.repeat(depth) + end.repeat(depth));
}

/** Of another realm, as a function node makes them. */
const foreign = (code: string): Hostile => {
  return () => runInNewContext(`(${code})`) as unknown;
};

/** What a flow may put into a message, by mistake or on purpose. */
export const hostileValues: Readonly<Record<string, Hostile>> = {
  // Numbers, and what looks like some.
  NaN: () => Number.NaN,
  Infinity: () => Number.POSITIVE_INFINITY,
  'minus Infinity': () => Number.NEGATIVE_INFINITY,
  'minus zero': () => -0,
  'minus one': () => -1,
  fraction: () => 1.5,
  'smallest number': () => Number.MIN_VALUE,
  'largest number': () => Number.MAX_VALUE,
  'beyond safe integers': () => 2 ** 53 + 2,
  'beyond 32 bits': () => 2 ** 31,
  'text of a huge number': () => '1e400',
  'text of a hexadecimal number': () => '0x10',
  BigInt: () => 2n ** 70n,
  // Text.
  'empty text': () => '',
  blanks: () => ' \t\n\u00a0',
  'one NUL': () => '\0',
  'NUL within': () => 'a\0b',
  'line breaks': () => 'a\r\nX-Injected: yes\r\n\r\nGET / HTTP/1.1',
  'lone surrogate': () => 'a\ud800b',
  'lone low surrogate': () => '\udc00',
  'right to left': () => '\u202ea.txt',
  'byte order mark': () => '\ufeffa',
  'combining marks': () => `a${'\u0301'.repeat(1_000)}`,
  emoji: () => '👩‍👩‍👧‍👦',
  'a megabyte': () => 'x'.repeat(1_000_000),
  'a megabyte of three-byte characters': () => '語'.repeat(350_000),
  dot: () => '.',
  'two dots': () => '..',
  slash: () => '/',
  'path traversal': () => '../../../../etc/passwd',
  'path traversal, escaped': () => '..%2f..%2fetc%2fpasswd',
  'path traversal of Windows': () => '..\\..\\windows\\win.ini',
  'absolute path': () => '/etc/passwd',
  'a device': () => '/dev/zero',
  'a folder': () => '/',
  'query and fragment': () => 'a?b=c#d',
  'percent without code': () => '%zz%',
  'matrix parameters': () => 'a;b=c',
  'an address': () => 'http://169.254.169.254/latest/meta-data/',
  'a script address': () => 'javascript:alert(1)',
  'a shell command': () => '$(reboot)`reboot`;reboot',
  HTML: () => '<img src=x onerror=alert(1)>',
  'an unset variable': () => '${NOT_SET_ANYWHERE}',
  'a variable without name': () => '${}',
  'prototype key as text': () => '__proto__',
  'constructor as text': () => 'constructor',
  'text like JSON': () => '{"__proto__":{"polluted":true}}',
  'JSON nested deep': () => '['.repeat(100_000) + ']'.repeat(100_000),
  'catastrophic pattern': () => `${'a'.repeat(50_000)}!`,
  'many commas': () => ','.repeat(100_000),
  'many colons': () => 'a:'.repeat(50_000),
  'a day that is none': () => '2031-02-31T00:00:00Z',
  'a time beyond all': () => 'in 99999999999999999999 h',
  'PEM without end': () => `-----BEGIN PRIVATE KEY-----\n${'A'.repeat(10_000)}`,
  'boxed text': () => new String('boxed'),
  // Truth, nothing, and what is no data.
  true: () => true,
  false: () => false,
  null: () => null,
  undefined: () => undefined,
  symbol: () => Symbol('secret'),
  function: () => () => undefined,
  class: () => class Evil {},
  date: () => new Date(0),
  'invalid date': () => new Date(Number.NaN),
  pattern: () => /(a+)+$/,
  error: () => new Error('no'),
  promise: () => new Promise(() => undefined),
  'settled promise': () => Promise.resolve('late'),
  thenable: () => Object.fromEntries([['then', 1]]),
  'thenable that never calls': () => Object.fromEntries([['then', () => undefined]]),
  // Bytes.
  buffer: () => Buffer.from([0, 255, 128]),
  'empty buffer': () => Buffer.alloc(0),
  'large buffer': () => Buffer.alloc(2_000_000, 1),
  bytes: () => new Uint8Array([1, 2, 3]),
  'bytes of another realm': foreign('new Uint8Array([1, 2, 3])'),
  'typed array': () => new Float64Array([1.5, Number.NaN]),
  'array buffer': () => new ArrayBuffer(8),
  'shared array buffer': () => new SharedArrayBuffer(8),
  'data view': () => new DataView(new ArrayBuffer(8)),
  // Collections.
  map: () => new Map([['a', 1]]),
  'map of another realm': foreign('new Map([[1, 2]])'),
  set: () => new Set([1]),
  'error of another realm': foreign("new Error('no')"),
  'empty array': () => [],
  'array of nothing': () => [undefined, null],
  'sparse array': () => new Array(1_000_000),
  'array of arrays': () => [[[]], [{}]],
  'array of all kinds': () => ['a', 1, null, {}, [], true, Symbol('x')],
  'long array': () => Array.from({ length: 20_000 }, (_, index) => `t${index}`),
  'empty object': () => ({}),
  'object without prototype': () => Object.create(null) as unknown,
  'frozen object': () => Object.freeze({ objectType: 't', objectID: 'i' }),
  'own __proto__': () =>
    JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":1}}}'),
  'many keys': () => Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`k${index}`, index])),
  'arrays nested 50 deep': () => nested(50, '[', ']'),
  'arrays nested 5,000 deep': () => nested(5_000, '[', ']'),
  'arrays nested 100,000 deep': () => nested(100_000, '[', ']'),
  'objects nested 5,000 deep': () => JSON.parse(`${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`),
  cyclic: () => {
    const value: Record<string, unknown> = { objectType: 't', objectID: 'i' };
    value.self = value;
    return value;
  },
  'cyclic array': () => {
    const value: unknown[] = [];
    value.push(value);
    return value;
  },
  // Whatever is asked of them throws.
  'getters that throw': thrower(() => new Error('a getter')),
  'getters that throw text': thrower(() => 'text'),
  'getters that throw nothing': thrower(() => undefined),
  'getters that throw an object without prototype': thrower(() => Object.create(null)),
  'getters that throw what cannot be text': thrower(() => ({
    toString() {
      throw new Error('no text');
    },
  })),
  'getters that throw a message that throws': thrower(() => ({
    get message(): string {
      throw new Error('no message');
    },
  })),
  'getters that throw a symbol': thrower(() => Symbol('thrown')),
  'getters that throw a code': thrower(() => Object.assign(new Error('coded'), { code: { deep: true } })),
  'toString throws': () => ({
    toString() {
      throw new Error('toString');
    },
  }),
  'toString gives an object': () => ({ toString: () => ({}), valueOf: () => ({}) }),
  'toPrimitive throws': () => ({
    [Symbol.toPrimitive]() {
      throw new Error('toPrimitive');
    },
  }),
  'toJSON throws': () => ({
    toJSON() {
      throw new Error('toJSON');
    },
  }),
  'toJSON gives nothing': () => ({ toJSON: () => undefined }),
  'iterator throws': () => ({
    [Symbol.iterator]() {
      throw new Error('iterator');
    },
  }),
  'iterator without end': () => ({
    *[Symbol.iterator]() {
      for (;;) yield 'a';
    },
  }),
  'array with a getter that throws': () => {
    const value = ['a', 'b'];
    Object.defineProperty(value, 1, {
      get() {
        throw new Error('element');
      },
    });
    return value;
  },
  'proxy that throws': () =>
    new Proxy(
      {},
      {
        get(_target, name) {
          throw new Error(`get ${String(name)}`);
        },
        has() {
          throw new Error('has');
        },
        ownKeys() {
          throw new Error('ownKeys');
        },
        getPrototypeOf() {
          throw new Error('getPrototypeOf');
        },
      },
    ),
  'proxy that has everything': () =>
    new Proxy({}, { has: () => true, get: (_target, name) => (typeof name === 'symbol' ? undefined : 'a') }),
  'proxy of an array that throws': () =>
    new Proxy(['a'], {
      get(_target, name) {
        throw new Error(`get ${String(name)}`);
      },
    }),
  'revoked proxy': () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  'revoked proxy of an array': () => {
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    return proxy;
  },
  // What the fields expect, nearly.
  'object with numbers for names': () => ({ objectType: 1, objectID: 2 }),
  'object whose names are objects': () => ({ objectType: {}, objectID: [] }),
  'object whose names lead elsewhere': () => ({ objectType: '..', objectID: '../../spi/v1' }),
  'object with names of a megabyte': () => ({ objectType: 't'.repeat(1_000_000), objectID: 'i' }),
  'object with a huge size': () => ({ objectType: 't', objectID: 'i', objectSize: 1e300, instanceID: '1' }),
  'object with a negative size': () => ({ objectType: 't', objectID: 'i', objectSize: -5, instanceID: '1' }),
  'object with fields of wrong types': () => ({
    ...{ objectType: 't', objectID: 'i', instanceID: {}, dataID: [], deleted: 'no', noData: {}, link: 5 },
    ...{ publicKey: 7, signature: {}, hashAlgorithm: [], consumers: 'x', expiration: {}, objectSize: 'x' },
  }),
  'object with a public key that is none': () => ({
    ...{ objectType: 't', objectID: 'i', publicKey: 'AAAA', signature: 'AAAA', hashAlgorithm: 'MD5' },
    ...{ instanceID: '99999999999999999999999', dataID: '-1', objectSize: 3 },
  }),
  'users of wrong types': () => [
    { username: {} },
    { username: Symbol('u') },
    { username: 'a', type: 5, role: {} },
  ],
  'user with a role that is none': () => ({ username: Symbol('u'), role: 'root' }),
  'destinations of wrong types': () => [{ destinationType: {}, destinationID: 5 }, 'a:b:c', ':'],
  'policy of wrong types': () => ({ properties: {}, constraints: 5, services: [{ serviceName: {} }] }),
  'policy with loops': () => {
    const properties: unknown[] = [];
    properties.push({ name: 'a', value: properties });
    return { properties };
  },
  'entry that is none': () => ({ id: { id: 1 } }),
  'entry of another world': () => [{ id: -1 }, { id: Number.NaN }, { id: 1e300 }],
};

const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/** Bodies that no dialog posts. @param good what one posts. */
export function hostileBodies(good: string): string[] {
  const draft = JSON.parse(good) as { settings: object; credentials: object };
  const values: unknown[] = [
    null,
    true,
    0,
    -1,
    1e300,
    '',
    'x',
    '__proto__',
    '..',
    [],
    {},
    [[]],
    { a: { b: 1 } },
    'x'.repeat(20_000),
  ];
  const whole = values.map((value) => JSON.stringify(value));
  const parts = ['id', 'settings', 'credentials', 'draft', 'suggestion'].flatMap((part) =>
    values.map((value) => JSON.stringify({ ...draft, [part]: value })),
  );
  const settings = Object.keys(draft.settings).flatMap((field) =>
    values.map((value) => JSON.stringify({ ...draft, settings: { ...draft.settings, [field]: value } })),
  );
  const credentials = ['key', 'secret', '__proto__'].flatMap((field) =>
    values.map((value) =>
      JSON.stringify({ ...draft, credentials: { ...draft.credentials, [field]: value } }),
    ),
  );
  const suggestions = ['what', 'objectType', 'destinationType'].flatMap((field) =>
    values.map((value) =>
      JSON.stringify({ draft, suggestion: { what: 'objectIDs', objectType: 't', [field]: value } }),
    ),
  );
  const addresses = [
    ...[
      'ftp://x',
      'http://',
      'http://a:b@c',
      'file:///etc/passwd',
      'http://[::1',
      '//x',
      'http://x?y',
      'javascript:1',
    ],
    ...[
      'http://127.0.0.1:1',
      'http://127.0.0.1:99999',
      'http://0',
      'http://x.invalid',
      '\r\nHost: x',
      'unix://',
      '\0',
    ],
  ].map((address) => JSON.stringify({ ...draft, settings: { ...draft.settings, address } }));
  const broken = [
    '',
    '{',
    '[',
    '"',
    'null',
    'NaN',
    '{"id":',
    '\u0000',
    deep(1_000),
    `{"a":${deep(1_000)}}`,
    '{"__proto__":{"polluted":1}}',
  ];
  return [...whole, ...parts, ...settings, ...credentials, ...suggestions, ...addresses, ...broken];
}

/** What no dialog asks for. */
export const hostilePaths: readonly string[] = [
  ...[
    '__proto__',
    'constructor',
    '..%2f..',
    '%00',
    'query',
    'tab',
    '%20',
    'x'.repeat(5_000),
    '*',
    '%ff',
  ].flatMap((id) => [`/sync-service/${id}/edges`, `/sync-service/${id}/suggestions?what=objectTypes`]),
  ...[
    '',
    'what',
    'what=',
    'what=x',
    'what[]=objectTypes',
    'what[a]=b',
    'what=objectIDs',
    'what=__proto__',
  ].map((query) => `/sync-service/css/suggestions?${query}`),
  ...[
    '',
    '=..',
    '=%00',
    '[]=a',
    '[a]=b',
    '=a&objectType=b',
    '=%ff',
    `=${'x'.repeat(5_000)}`,
    '=__proto__',
    '=a%2fb',
  ].map((value) => `/sync-service/css/suggestions?what=objectIDs&objectType${value}`),
  ...['', '[]=a', '[a]=b', '=..'].map(
    (value) => `/sync-service/css/suggestions?what=destinationIDs&destinationType${value}`,
  ),
  '/edge-sync/metrics?x[]=1',
  '/edge-sync/metrics/..%2f',
];

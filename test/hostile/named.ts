/** A crash, a leak or a wrong word that was seen once, and the test that sees it if it comes again. */
type Named = readonly [what: string, spec: string, title: string];

export const namedCases: readonly Named[] = [
  // The process lives.
  [
    'undici dies of a body that is paused while its connection ends',
    'client/connection/transport',
    'fails where the connection ends before the body',
  ],
  [
    '10 kB of [[[ end Node-RED, again after each restart',
    'nodes/throws',
    'does not come from sync-fetch: JSON as deep as that is refused, and the next object goes on',
  ],
  [
    'a sync-in stops for good at what Node-RED cannot copy',
    'nodes/throws',
    'is let go of by a sync-in, and the other objects go on',
  ],
  [
    'a message that kills Node-RED does so for ever',
    'faults/killed',
    'is not killed by it for ever: each death costs an attempt, and in the end the object is given up',
  ],
  [
    'a flow that renames its object has it come without end',
    'nodes/receiving',
    'may rename what it got: the object comes again after its time, and is given up in the end',
  ],
  [
    'a getter that throws what is no text ends Node-RED',
    'nodes/failure',
    'a failure made of what was thrown',
  ],
  [
    'signals that live on keep each request',
    'client/heap',
    'keeps nothing of a request that is over, though signals live on',
  ],
  [
    'an interval of 30 days polls 448 times a second',
    'system/clock',
    'waits for more than 2^31 ms, where a timer of Node.js would fire at once',
  ],
  [
    'a promise as payload blocks the node',
    'nodes/values',
    'is not waited for when it is a promise: the next message goes on',
  ],
  [
    'a listener that throws ends a feed',
    'client/updates/feed',
    'hands out what is accepted alone, and survives listeners that throw',
  ],
  [
    'a listener to the progress ends an upload',
    'client/data/file-upload',
    'is sent although a listener to its progress throws',
  ],
  [
    'a file that vanishes ends the process',
    'client/data/file-upload',
    'that is gone, or shorter, by the time it is sent is an error of its own',
  ],
  [
    'polling goes on for ever after close',
    'client/updates/feed',
    'refuses receivers once the client is closed, and options that are none',
  ],
  [
    'a raw TypeError leaves a public method',
    'client/arguments',
    'is not even made with options that cannot be meant',
  ],
  [
    'a sync-in that has no sync-service leaves messages without an end, and broken choices do something else',
    'hostile/saved',
    'is told by what it was seen with once: each has its code, and says what is wrong',
  ],
  // Everything has a bound and an end.
  [
    'an endless list takes 3 GB in 10 s',
    'client/connection/lists',
    'ends where it has no end, and its memory is that of one entry',
  ],
  [
    'a list over a slow line is asked for ever',
    'client/connection/patience',
    'has no limit for a list that moves: 10 minutes at 20 bytes a second',
  ],
  [
    'a byte each 2 s holds a place for ever',
    'client/connection/patience',
    'ends a list and data that all but stand still: a byte each two seconds',
  ],
  ['1xx without end', 'client/connection/transport', 'ends where nothing comes but 1xx'],
  ['headers without end', 'client/connection/transport', 'ends where the headers have no end'],
  [
    'a handshake that never comes outlives its signal',
    'client/connection/transport',
    'ends where nobody connects, and leaves no connection that is being made',
  ],
  [
    '106,748 connections to a proxy that closes',
    'client/connection/proxy',
    'tries a few times, and no more, where the proxy closes',
  ],
  [
    'a proxy that says nothing',
    'client/connection/proxy',
    'lets a caller go, and ends in time, where the proxy says nothing',
  ],
  ['the queue of sync-out takes 521 MB', 'nodes/queue', 'is bounded: more is refused, and told'],
  // What is said is so.
  ['a PUT without answer is guessed about', 'client/data/unanswered', 'is repeated, with the same bytes'],
  [
    'an HTML 404 reads as nothing new',
    'client/connection/lists',
    'is nothing new where the service says 404, and a failure where somebody else does',
  ],
  [
    'one false 404 loses an object',
    'client/objects/presence',
    'is not gone when the second question fails: that failure is told',
  ],
  [
    'what was queued is dropped in silence at a deploy',
    'nodes/queue',
    'is told in one line of the log at a full deploy, when Catch nodes are gone',
  ],
  [
    'a copy that came again counts as a second consumer',
    'client/updates/acknowledgements',
    'of a copy that was handed out again counts once, also where two copies ask at the same time',
  ],
  // Names, files, secrets.
  [
    'access to all types by the key "."',
    'client/arguments',
    'is refused where its names would be another path, and the error does not repeat a book',
  ],
  [
    'a folder or a device is published',
    'client/data/file-upload',
    'is refused where it is none: a folder, a device',
  ],
  [
    'a CA file that is a pipe stops Node-RED',
    'client/connection/tls',
    'refuses what it could not use: no certificate in it, a key without its certificate, a pipe',
  ],
  [
    'two objects have one file',
    'nodes/file-names',
    'has the type before it where an object of another type has its file there',
  ],
  ['long names in any script', 'storage/atomic-file', 'has names of any length, in any script'],
  ['a secret that the service repeats', 'client/connection/secrets', 'a secret that a service repeats'],
  [
    'a stored secret for another CA file, TLS or proxy',
    'hostile/admin',
    'sends no stored secret elsewhere than it is deployed for, whoever asks',
  ],
  [
    'one webhook for all instances of a subflow',
    'nodes/webhook',
    'has a path of its own in each instance of a subflow, the same after a restart',
  ],
  [
    'a wrong passphrase that "did not reach the service"',
    'nodes/tls-config',
    'whose passphrase is wrong or missing is named',
  ],
  [
    'an error that repeats a megabyte',
    'nodes/values',
    'is not repeated by an error as a whole, however long it is',
  ],
  ['31 February', 'nodes/values', 'is no time when there is no such day'],
  ['NaN as a name', 'nodes/values', 'is no name when it is no number'],
  [
    'a NUL in the path of a file ends a fetch with an error of Node.js',
    'client/arguments',
    'takes no word for another, no number that is none for a limit, and no host for an address',
  ],
  [
    'an object that no list can tell has acknowledgements wait for ever',
    'client/updates/acknowledgements',
    'waits for no list that is never whole: neither where nobody has the object, nor for who may not have it',
  ],
  [
    'a sync-in stops for good at a list of destinations that is none',
    'client/updates/polling',
    'and goes on where a service that is none says something else in place of the destinations',
  ],
];

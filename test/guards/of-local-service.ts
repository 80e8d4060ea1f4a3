import { guardsOf } from './guard';

export const guardsOfLocalService = guardsOf('src/local-service', 'test/local-service', [
  {
    name: 'a target that names its host is no path',
    file: 'rest/index.ts',
    find: "withoutHost(incoming.url ?? '/')",
    replace: "(incoming.url ?? '/')",
    seenBy: 'targets',
  },
  {
    name: 'a local service answers as before on its way down',
    file: 'rest/index.ts',
    find: 'if (!running) return unavailable;',
    replace: '',
    seenBy: 'shutdown',
  },
  {
    name: 'who is asked for health has been asked for something',
    file: 'rest/index.ts',
    find: 'if (Object.hasOwn(always, noun)) return part(request, segments);',
    replace: 'if (Object.hasOwn(always, noun) && !running) return part(request, segments);',
    seenBy: 'targets',
  },
  {
    name: 'a local service answers before what it took is on the disk',
    file: 'rest/index.ts',
    find: "if (method !== 'GET') await journal.written();",
    replace: '',
    seenBy: 'restart',
  },
]);

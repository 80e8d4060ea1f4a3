import { guardsOf } from './guard';

export const guardsOfBench = guardsOf('bench', 'test/bench', [
  {
    name: 'a row tells what the peer reports beside its multiple',
    file: 'rows.ts',
    find: 'figuresOf(peer).filter((figure) => !isRatio(figure))',
    replace: 'figuresOf(peer)',
    seenBy: 'contest',
  },
  {
    name: 'a row tells nothing of what the peer reports',
    file: 'rows.ts',
    find: 'peerFigures: against ? absoluteFiguresOf(against) : {},',
    replace: 'peerFigures: {},',
    seenBy: 'contest',
  },
]);

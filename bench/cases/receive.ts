import type { Case } from '../case';

const bytes = 1_024;
/** How many are received, and how many before that: what is compiled meanwhile would count. */
const [objects, warming] = [4_000, 2_000];

function receiving(name: string, checkVersion: boolean): Case {
  return {
    name,
    about: `receives, fetches and acknowledges objects of 1 KiB ${checkVersion ? '' : 'without a question for the version '}against two requests by undici`,
    contenders: [
      { name: 'bare undici', program: 'receive-bare' },
      { name: 'ours', program: 'receive' },
    ],
    limits: checkVersion ? { time: 2, cpu: 1.9 } : { time: 1.3, cpu: 1.4 },
    ...(checkVersion && { quick: { share: 0.25, limits: { cpu: 3 } } }),
    prepare: async (stage, share) => {
      const count = Math.round(objects * share);
      const warmCount = Math.round(warming * share);
      return {
        edge: await stage.edge(),
        objectType: await stage.objectsAtEdge(count, bytes),
        warmType: await stage.objectsAtEdge(warmCount, bytes),
        count,
        warmCount,
        atOnce: 16,
        checkVersion,
      };
    },
  };
}

export const receive = receiving('receive', true);
export const receiveUnchecked = receiving('receive-unchecked', false);

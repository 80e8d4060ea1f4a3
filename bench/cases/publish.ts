import type { Case } from '../case';

const bytes = 1_024;

function publishing(name: string, atOnce: number, count: number): Case {
  return {
    name,
    about: `publishes objects of 1 KiB, ${atOnce} at once, against a loop of PUTs by undici`,
    contenders: [
      { name: 'bare undici', program: 'publish-bare' },
      { name: 'ours', program: 'publish' },
    ],
    limits: atOnce === 1 ? { time: 1.08, cpu: 1.2 } : { time: 1.05, cpu: 1.15 },
    ...(atOnce > 1 && { quick: { share: 0.25 } }),
    prepare: async (stage, share) => ({
      cloud: await stage.cloud(),
      objectType: stage.name('bench'),
      count: Math.round(count * share),
      atOnce,
      bytes,
    }),
  };
}

export const publish = publishing('publish', 16, 8_000);
export const publishOne = publishing('publish-one', 1, 4_000);

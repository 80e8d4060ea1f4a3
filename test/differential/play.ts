import { lockOf } from '../support/locks';
import { SeededRandom } from '../support/random';
import type { Ground } from './ground';
import { PlayedOnGround } from './played';
import { type IsFree, PlayedLife } from './played-life';

/** In one of so many rounds the cloud goes away, for so many at most. */
const roundsToOutage = 8;
const longestOutage = 4;

/**
 * Plays the plans of the simulation on these grounds and on its model, all at once, a step in each round, until each has
 * come to its end or has parted.
 */
export async function play(
  grounds: readonly Ground[],
  seeds: readonly number[],
  run: string,
): Promise<PlayedLife[]> {
  const typeOf = (seed: number): string => `pl-${run}-${seed}`;
  const lives = seeds.map((seed) => {
    return new PlayedLife(
      seed,
      grounds.map((ground) => new PlayedOnGround(ground, typeOf(seed))),
    );
  });
  const held = new Set<number>();
  const freeFor = ({ seed }: PlayedLife): IsFree => {
    return (objectID, waiting) => {
      if (outage === 0) return true;
      const lock = lockOf(`${grounds[0]?.organization}${typeOf(seed)}${objectID}`);
      if (waiting > 0 || held.has(lock)) return false;
      held.add(lock);
      return true;
    };
  };
  const random = new SeededRandom(seeds[0] ?? 0);
  const rest = (): Promise<unknown> => Promise.all(grounds.map((ground) => ground.settle()));
  const comes = async (): Promise<void> => {
    await Promise.all(grounds.map((ground) => ground.findCloud()));
    for (const life of lives) life.findCloud();
    held.clear();
  };
  const answered = (): Promise<unknown> => Promise.all(lives.map((life) => life.answered()));
  const look = async (): Promise<unknown> => {
    if (outage === 0) await answered();
    await rest();
    return Promise.all(lives.map((life) => life.compare(outage > 0)));
  };
  let outage = 0;
  while (lives.some(({ goesOn }) => goesOn)) {
    if (outage > 0) {
      outage -= 1;
      if (outage === 0) await comes();
    } else if (random.below(roundsToOutage) === 0) {
      outage = 1 + random.below(longestOutage);
      await Promise.all(grounds.map((ground) => ground.loseCloud()));
      for (const life of lives) life.loseCloud();
    }
    await Promise.all(lives.map((life) => life.step(outage > 0, freeFor(life))));
    await look();
    for (const life of lives) life.say(freeFor(life));
    await look();
  }
  if (outage > 0) await comes();
  outage = 0;
  await look();
  await Promise.all(lives.map((life) => life.end()));
  await rest();
  return lives;
}

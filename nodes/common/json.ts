import { isDeeperThan } from '../../src/protocol/json-depth';

/** Node-RED, and nodes that follow, run out of stack when they walk JSON that is nested some thousands deep. */
const deepest = 100;

/** JSON that is nested too deep to be handed to anybody. */
export class TooDeep extends Error {
  constructor() {
    super(`JSON nested deeper than ${deepest}`);
  }
}

/**
 * What a JSON text says, with or without a byte order mark.
 *
 * @throws SyntaxError, TooDeep.
 */
export function parseJson(text: string): unknown {
  if (isDeeperThan(deepest, text)) throw new TooDeep();
  return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
}

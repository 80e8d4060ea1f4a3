/** Node-RED, and many a node behind it, walks what is deeper than some thousands only to run out of stack. */
const deepest = 100;

const [quote, backslash, openArray, closeArray, openObject, closeObject] = [...'"\\[]{}'].map((sign) =>
  sign.charCodeAt(0),
);

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
  if (isTooDeep(text)) throw new TooDeep();
  return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  let inText = false;
  for (let index = 0; index < text.length; index += 1) {
    const sign = text.charCodeAt(index);
    if (inText) {
      if (sign === backslash) index += 1;
      else if (sign === quote) inText = false;
    } else if (sign === quote) inText = true;
    else if (sign === openArray || sign === openObject) depth += 1;
    else if (sign === closeArray || sign === closeObject) depth -= 1;
    if (depth > deepest) return true;
  }
  return false;
}

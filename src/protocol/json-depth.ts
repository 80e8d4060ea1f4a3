const quote = 0x22;
const backslash = 0x5c;
const openArray = 0x5b;
const closeArray = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;

/** Whether a JSON text is nested deeper than `limit` arrays and objects: a program that walks it may run out of stack. */
export function isDeeperThan(limit: number, text: string): boolean {
  if (!hasMoreThan(limit, text)) return false;
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charCodeAt(index);
    if (inString) {
      if (character === backslash) index += 1;
      else if (character === quote) inString = false;
    } else if (character === quote) inString = true;
    else if (character === openArray || character === openObject) depth += 1;
    else if (character === closeArray || character === closeObject) depth -= 1;
    if (depth > limit) return true;
  }
  return false;
}

/** Whether there are more than `limit` opening brackets at all, which is found out much faster. */
function hasMoreThan(limit: number, text: string): boolean {
  let count = 0;
  for (const bracket of '[{') {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      count += 1;
      if (count > limit) return true;
    }
  }
  return false;
}

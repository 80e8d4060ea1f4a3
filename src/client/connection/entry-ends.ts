/** Where the first entry of a text ends, where what follows it begins, and whether it was the last of its list. */
export interface EntryEnd {
  end: number;
  next: number;
  last: boolean;
}

/** Finds the ends of the entries of a JSON array, one after the other. */
export interface EntryEnds {
  /**
   * @param text begins where an entry does.
   * @param from up to where the text was looked at before.
   * @returns undefined where more of the text is needed.
   */
  find(text: Buffer, from: number): EntryEnd | undefined;
  /** How much of a text in which nothing was found need not be looked at again. */
  looked(text: Buffer): number;
}

const newline = 0x0a;
const comma = 0x2c;
const quote = 0x22;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Around each object of a list as the service writes it. No string holds a bare line break. */
export const indentedStart = Buffer.from('\n  {\n');
export const indentedEnd = Buffer.from('\n  }');
/** The end of an object and what stands between it and what follows, in bytes. */
export const longestEnd = indentedEnd.length + 2;

/** For the service's own format, with an indent of two: an object ends where a line is `  }`. */
export class IndentedEnds implements EntryEnds {
  find(text: Buffer, from: number): EntryEnd | undefined {
    const start = text.indexOf(indentedEnd, from);
    const end = start + indentedEnd.length;
    if (start < 0 || end + 1 >= text.length) return undefined;
    if (text[end] === comma) return { end, next: end + 1, last: false };
    if (text[end] === newline && text[end + 1] === closeBracket) return { end, next: end + 2, last: true };
    return this.find(text, end);
  }

  looked(text: Buffer): number {
    return Math.max(0, text.length - longestEnd);
  }
}

/** For any other format: looks at each byte. */
export class ScannedEnds implements EntryEnds {
  #depth = 0;
  #inString = false;
  #isEscaped = false;

  find(text: Buffer, from: number): EntryEnd | undefined {
    for (let index = from; index < text.length; index += 1) {
      const byte = text[index];
      if (this.#inString) this.#lookInString(byte);
      else if (byte === quote) this.#inString = true;
      else if (byte === openBrace || byte === openBracket) this.#depth += 1;
      else if (this.#depth > 0) {
        if (byte === closeBrace || byte === closeBracket) this.#depth -= 1;
      } else if (byte === comma || byte === closeBracket) {
        return { end: index, next: index + 1, last: byte === closeBracket };
      }
    }
    return undefined;
  }

  looked(text: Buffer): number {
    return text.length;
  }

  #lookInString(byte: number | undefined): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === backslash) this.#isEscaped = true;
    else if (byte === quote) this.#inString = false;
  }
}

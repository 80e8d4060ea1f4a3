const [pad, returns, newline] = ['=', '\r', '\n'];

/** What Go says of text that is not standard base64 with its padding; undefined where it is. */
export function base64Error(text: string): string | undefined {
  if (text.length % 4 === 0 && /^[A-Za-z\d+/]*={0,2}$/.test(text)) return undefined;
  const wrong = wrongByte(text);
  return wrong === undefined ? undefined : `illegal base64 data at input byte ${wrong}`;
}

/** Where Go's decoder stops: it reads four characters at a time, and skips line breaks. */
function wrongByte(text: string): number | undefined {
  let at = 0;
  const skipLines = (): void => {
    while (text[at] === returns || text[at] === newline) at += 1;
  };
  for (;;) {
    for (let read = 0; read < 4; read += 1) {
      skipLines();
      if (at >= text.length) return read === 0 ? undefined : at - read;
      const sign = text[at] ?? '';
      at += 1;
      if (/[A-Za-z\d+/]/.test(sign)) continue;
      if (sign !== pad || read < 2) return at - 1;
      skipLines();
      if (read === 2) {
        if (at >= text.length) return text.length;
        if (text[at] !== pad) return at - 1;
        at += 1;
        skipLines();
      }
      return at < text.length ? at : undefined;
    }
  }
}

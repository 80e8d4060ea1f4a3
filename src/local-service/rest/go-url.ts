const badEscape = /%(?![\da-f]{2})/i;
/** What Go takes in the name of a host as it is, beside what is not ASCII. */
const host = /^(?:[\w.~!$&'()*+,;=:[\]<>"\u0080-\uffff-]|%[89a-f][\da-f]|%25)*$/i;
const userInfo = /^[\w\-.:~!$&'()*+,;=%@]*$/;

/** Whether Go's url.Parse takes a text: almost everything is a URL to it. */
export function isGoUrl(text: string): boolean {
  const [url = '', ...fragment] = text.split('#');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what Go looks for.
  if (/[\x00-\x1f\x7f]/.test(url)) return false;
  if (badEscape.test(fragment.join('#'))) return false;
  if (url.startsWith(':')) return false;
  const scheme = /^[a-z][a-z\d+.-]*:/i.exec(url)?.[0] ?? '';
  const [rest = ''] = url.slice(scheme.length).split('?');
  if (!rest.startsWith('/')) return scheme !== '' || !(badEscape.test(rest) || /^[^/]*:/.test(rest));
  if (!rest.startsWith('//') || (scheme === '' && rest.startsWith('///'))) return !badEscape.test(rest);
  const [, , authority = '', ...path] = rest.split('/');
  return isAuthority(authority) && !badEscape.test(path.join('/'));
}

function isAuthority(authority: string): boolean {
  const at = authority.lastIndexOf('@');
  const [user, name] = [authority.slice(0, Math.max(at, 0)), authority.slice(at + 1)];
  if (!userInfo.test(user) || badEscape.test(user)) return false;
  if (!name.startsWith('[')) return host.test(name) && /^(?:[^:[]*|[^[]*:\d*)$/.test(name);
  return /^\[[^[\]]*\](?::\d*)?$/.test(name) && host.test(name.replace(/%25[^\]]*/, ''));
}

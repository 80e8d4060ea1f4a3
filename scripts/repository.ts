/** The place where the sources of a release can be looked at: a repository on GitHub, or on what has its paths. */
export class Repository {
  readonly #url: string;

  /**
   * @param url such as `https://github.com/owner/name`.
   * @param tag of the release, so that what the package shows stays what it was.
   * @throws Error where it is no address of a repository.
   */
  constructor(
    url: string,
    private readonly tag: string,
  ) {
    this.#url = url.replace(/(?:\.git)?\/*$/, '');
    const { protocol, pathname, search, hash } = URL.canParse(this.#url)
      ? new URL(this.#url)
      : { protocol: '' };
    const isRepository = protocol === 'https:' && /^\/[^/]+\/[^/]+/.test(pathname ?? '') && !search && !hash;
    if (!isRepository) throw new Error(`--repository must be https://HOST/OWNER/NAME, not ${url}`);
  }

  /** What npm, and everybody who asks it, shows of a package beside its own page. */
  get links(): object {
    return {
      repository: { type: 'git', url: `git+${this.#url}.git` },
      bugs: { url: `${this.#url}/issues` },
      homepage: `${this.#url}/blob/${this.tag}/README.md`,
    };
  }

  /** A page of Markdown whose links and pictures lead into the repository. */
  page(markdown: string): string {
    const pictures = /(!\[[^\]]*\]\(|<img\b[^>]*\bsrc=")([^")\s]+)/g;
    const links = /(\]\()([^)\s]+)/g;
    return markdown
      .replace(pictures, (_whole, start: string, link: string) => start + this.#absolute(link, 'raw'))
      .replace(links, (_whole, start: string, link: string) => start + this.#absolute(link, 'blob'));
  }

  /** A help text in which the pages that it names are links. */
  help(html: string): string {
    return html.replace(
      /<code>(docs\/[\w./-]+\.md)<\/code>/g,
      (_whole, page: string) =>
        `<a href="${this.#absolute(page, 'blob')}" target="_blank" rel="noopener">${page}</a>`,
    );
  }

  #absolute(link: string, kind: 'raw' | 'blob'): string {
    if (/^(?:[a-z][a-z+.-]*:|#|\/)/i.test(link)) return link;
    return `${this.#url}/${kind}/${this.tag}/${link.replace(/^\.\//, '')}`;
  }
}

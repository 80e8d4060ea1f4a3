import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';

/** The part of the editor's global that tests ask; only inside the page. */
interface EditorGlobal {
  RED: {
    nodes: {
      eachNode(visit: (node: DrawnNode) => void): void;
      node(id: string): DrawnNode & { valid: boolean; [property: string]: unknown };
    };
    actions: { invoke(name: string): void };
    editor: { validateNode(node: object): void };
    view: {
      importNodes(nodes: string, options: object): void;
      select(what: string | { nodes: object[] }): void;
    };
    settings: { setLocal(key: string, value: unknown): void };
    workspaces: { active(): string; show(id: string): void };
  };
}

/** What tells whether something moves; only inside the page. */
interface AnimatedPage {
  $: (selector: string) => { length: number };
  document: { getAnimations(): { effect?: { getComputedTiming(): { endTime?: number } } }[] };
}

/** What tells colours; only inside the page. */
interface StyledPage {
  getComputedStyle(element: unknown): { backgroundColor: string };
}

/** A node as the editor has drawn it; x and y are its middle. */
export interface DrawnNode {
  id: string;
  type: string;
  z: string;
  x: number;
  y: number;
  w: number;
  h: number;
}

interface Opening {
  user?: { name: string; password: string };
  viewport?: { width: number; height: number };
  /** Of the browser, and so of the editor. */
  language?: string;
  /** Pixels of a picture for each of the page. */
  scale?: number;
  /** Whether the user has chosen the dark theme of Node-RED 5. */
  dark?: boolean;
}

const pictures = resolve(__dirname, '../../test-results');
/** Those that pages show, by the names that they have there; written where EDGE_SYNC_PICTURES is set. */
const shown: Record<string, { name: string; part: 'all' | 'flow' | 'dialog' }> = {
  'example cloud to edge': { name: 'demo', part: 'all' },
  'example configuration roll-out': { name: 'roll-out', part: 'flow' },
  'dialog publish settings': { name: 'sync-out', part: 'dialog' },
  'service-local': { name: 'test-connection', part: 'dialog' },
  'first-flow-send': { name: 'first-flow-send', part: 'dialog' },
  'first-flow': { name: 'first-flow', part: 'all' },
};
const docs = resolve(__dirname, '../../docs');
/** What a picture of a part holds: from one thing to another, down to where the lowest of some ends. */
const parts = {
  flow: { from: '#red-ui-workspace', to: '#red-ui-sidebar', lowest: '.red-ui-flow-group' },
  dialog: {
    from: '.red-ui-tray',
    to: '.red-ui-tray',
    lowest: '.red-ui-tray .form-row, .red-ui-tray .red-ui-palette-header',
  },
};

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}
/** What the editor says for some seconds hides the flow. */
const style = '#red-ui-notifications { display: none }';

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** The editor in a browser, by what a user does there. */
export class Editor {
  readonly failures: string[] = [];

  private constructor(readonly page: Page) {
    page.on('pageerror', (error) => this.failures.push(error.message));
    page.on('console', (message) => {
      // The editor asks hosts outside for its news and its catalogue.
      if (message.type() === 'error' && !/^Failed to load resource/.test(message.text())) {
        this.failures.push(message.text());
      }
    });
  }

  static async open(
    browser: Browser,
    url: string,
    {
      user,
      viewport = { width: 1400, height: 1000 },
      scale = 1,
      language = 'en-US',
      dark = false,
    }: Opening = {},
  ): Promise<Editor> {
    const context = await browser.newContext({
      viewport,
      deviceScaleFactor: scale,
      locale: language,
    });
    const editor = new Editor(await context.newPage());
    const { page } = editor;
    await page.goto(`${url}/`);
    if (user) {
      await page.fill('#node-dialog-login-username', user.name);
      await page.fill('#node-dialog-login-password', user.password);
      await page.click('#node-dialog-login-submit');
    }
    await editor.#loaded();
    if (!dark) return editor;
    await page.evaluate(() =>
      (globalThis as unknown as EditorGlobal).RED.settings.setLocal('view-dark-theme', 'dark'),
    );
    await page.reload();
    await editor.#loaded();
    return editor;
  }

  async #loaded(): Promise<void> {
    const { page } = this;
    await page.waitForSelector('.red-ui-palette-node[data-palette-type="sync-in"]', { timeout: 60_000 });
    await page.waitForSelector('#red-ui-loading-progress', { state: 'hidden', timeout: 60_000 });
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  /** How bright the ground of the palette is: 0 is black, 1 white. */
  async ground(): Promise<number> {
    return this.page.locator('#red-ui-palette').evaluate((element) => {
      const { getComputedStyle } = globalThis as unknown as StyledPage;
      const parts = getComputedStyle(element).backgroundColor.match(/[\d.]+/g) ?? [];
      return parts.slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / (3 * 255);
    });
  }

  /** Drags a node from the palette, and returns its ID. */
  async drag(type: string, x: number, y: number): Promise<string> {
    const before = await this.ids();
    const entry = this.page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
    await entry.scrollIntoViewIfNeeded();
    const from = await entry.boundingBox();
    const chart = await this.page.locator('#red-ui-workspace-chart').boundingBox();
    if (!from || !chart) throw new Error(`${type} is not in the palette`);
    await this.page.mouse.move(from.x + 20, from.y + 10);
    await this.page.mouse.down();
    await this.page.mouse.move(chart.x + x, chart.y + y, { steps: 12 });
    await this.page.mouse.up();
    const added = (await this.ids()).filter((id) => !before.includes(id));
    if (added.length !== 1 || !added[0]) throw new Error(`${type} was not added`);
    return added[0];
  }

  /** Wires nodes one after the other, from the first output of each. */
  async wire(...ids: string[]): Promise<void> {
    await this.page.evaluate((chosen) => {
      const { view, nodes } = (globalThis as unknown as EditorGlobal).RED;
      view.select({ nodes: chosen.map((id) => nodes.node(id)) });
    }, ids);
    await this.invoke('core:wire-series-of-nodes');
    await this.invoke('core:select-none');
  }

  async ids(): Promise<string[]> {
    return this.page.evaluate(() => {
      const found: string[] = [];
      (globalThis as unknown as EditorGlobal).RED.nodes.eachNode(({ id }) => found.push(id));
      return found;
    });
  }

  async openDialog(id: string): Promise<void> {
    const node = this.page.locator(`[id="${id}"] .red-ui-flow-node`).first();
    // Two clicks are a double click for the editor only within 650 ms of its own clock, and not within the same
    // millisecond: on a busy machine they may be two of one, and are made again as a user would.
    await this.#until('#node-dialog-ok', () => node.dblclick({ delay: 20, timeout: 5_000 }));
    await this.settled();
  }

  /** Does what a user does until it has brought about what is to be seen. */
  async #until(selector: string, act: () => Promise<void>): Promise<void> {
    const failures: unknown[] = [];
    for (let tries = 0; tries < 8; tries++) {
      // What has come late covers what is acted on.
      await act().catch((error: unknown) => failures.push(error));
      const shown = this.page.locator(selector).first().waitFor({ state: 'visible', timeout: 5_000 });
      const isShown = await shown.then(
        () => true,
        () => false,
      );
      if (isShown) return;
    }
    throw new AggregateError(failures, `${selector} did not come`);
  }

  async confirmDialog(): Promise<void> {
    await this.page.click('#node-dialog-ok');
    await this.page.waitForSelector('#node-dialog-ok', { state: 'detached' });
    await this.settled();
  }

  async cancelDialog(): Promise<void> {
    await this.page.click('#node-dialog-cancel');
    await this.page.waitForSelector('#node-dialog-cancel', { state: 'detached' });
    await this.invoke('core:select-none');
  }

  /** Adds a sync-service from the dialog of a node that is open. */
  async addService(fields: Record<string, string>): Promise<void> {
    await this.page.click('#node-input-btn-service-add');
    await this.page.waitForSelector('#node-config-dialog-ok', { state: 'visible' });
    await this.settled();
    await this.fillService(fields);
    await this.page.click('#node-config-dialog-ok');
    await this.page.waitForSelector('#node-config-dialog-ok', { state: 'detached' });
    await this.settled();
  }

  /** Opens the sync-service of the dialog that is open. */
  async editService(): Promise<void> {
    await this.page.click('#node-input-btn-service-edit');
    await this.page.waitForSelector('#node-config-dialog-ok', { state: 'visible' });
    await this.settled();
  }

  async cancelService(): Promise<void> {
    await this.page.click('#node-config-dialog-cancel');
    await this.page.waitForSelector('#node-config-dialog-ok', { state: 'detached' });
    await this.settled();
  }

  async fillService(fields: Record<string, string>): Promise<void> {
    for (const [field, value] of Object.entries(fields)) {
      const input = this.page.locator(`#node-config-input-${field}`);
      if ((await input.evaluate((element) => element.tagName)) === 'SELECT') await input.selectOption(value);
      else await input.fill(value);
    }
  }

  /** What Test connection answers. */
  async testConnection(): Promise<string> {
    await this.page.click('#sync-service-test');
    await this.page.waitForSelector('#sync-service-test-result .fa:not(.fa-spinner)');
    return (await this.page.locator('#sync-service-test-result').innerText()).trim();
  }

  /** The place where the value of a typed field is entered. */
  typed(field: string): string {
    return `#node-input-${field} + .red-ui-typedInput-container input.red-ui-typedInput-input`;
  }

  /** Enters a value into a typed field and leaves it: Node-RED looks at it then. */
  async enter(field: string, value: string): Promise<void> {
    await this.page.fill(this.typed(field), value);
    await this.page.locator(this.typed(field)).blur();
  }

  /** The type that a typed field has, where it has no value beside it. */
  async typeLabel(field: string): Promise<string> {
    return this.page
      .locator(`#node-input-${field} + .red-ui-typedInput-container .red-ui-typedInput-type-label`)
      .innerText();
  }

  async chooseType(field: string, label: string): Promise<void> {
    await this.page.click(
      `#node-input-${field} + .red-ui-typedInput-container .red-ui-typedInput-type-select`,
    );
    await this.page.locator('.red-ui-typedInput-options:visible a', { hasText: label }).click();
  }

  /** Whether the dialog shows a field as wrong. */
  async isMarked(field: string): Promise<boolean> {
    return this.page
      .locator(`#node-input-${field}`)
      .evaluate((element) =>
        (element as unknown as { classList: { contains(name: string): boolean } }).classList.contains(
          'input-error',
        ),
      );
  }

  /** Adds a node as an import does, and returns its ID. */
  async add(node: object): Promise<string> {
    const before = await this.ids();
    await this.page.evaluate(
      (nodes) => {
        const { view } = (globalThis as unknown as EditorGlobal).RED;
        view.importNodes(nodes, { generateIds: true, addFlow: false });
      },
      JSON.stringify([node]),
    );
    // What is imported hangs at the mouse until it is put down.
    const chart = await this.page.locator('#red-ui-workspace-chart').boundingBox();
    await this.page.mouse.move((chart?.x ?? 0) + 700, (chart?.y ?? 0) + 480, { steps: 5 });
    await this.page.mouse.down();
    await this.page.mouse.up();
    await this.settled();
    const added = (await this.ids()).filter((id) => !before.includes(id));
    if (added.length !== 1 || !added[0]) throw new Error('The node was not added');
    return added[0];
  }

  /** Has the editor look at a node again, as it does with the users of a config node that was changed. */
  async validate(id: string): Promise<boolean> {
    return this.page.evaluate((node) => {
      const { nodes, editor } = (globalThis as unknown as EditorGlobal).RED;
      editor.validateNode(nodes.node(node));
      return nodes.node(node).valid;
    }, id);
  }

  async remove(id: string): Promise<void> {
    await this.page.evaluate((node) => (globalThis as unknown as EditorGlobal).RED.view.select(node), id);
    await this.invoke('core:delete-selection');
  }

  /** What a field suggests. */
  async suggestions(selector: string): Promise<string[]> {
    await this.page.click(selector);
    await this.page.keyboard.press('ArrowDown');
    const list = this.page.locator('.red-ui-autoComplete-container').last();
    await list.waitFor({ state: 'visible' });
    return (await list.innerText()).split('\n').map((text) => text.trim());
  }

  async property(id: string, name: string): Promise<unknown> {
    return this.page.evaluate(
      ([node, property]) =>
        (globalThis as unknown as EditorGlobal).RED.nodes.node(node as string)[property as string],
      [id, name],
    );
  }

  async deploy(): Promise<void> {
    const deployed = this.page.waitForResponse(
      (response) => response.url().endsWith('/flows') && response.request().method() === 'POST',
    );
    await this.page.click('#red-ui-header-button-deploy');
    const answer = await deployed;
    if (answer.status() >= 300) throw new Error(`The deploy was answered with ${answer.status()}`);
    await this.page.waitForSelector('#red-ui-header-shade', { state: 'hidden' });
    await this.settled();
  }

  /** Waits until a node shows a status that fits. */
  async status(id: string, fits: RegExp): Promise<void> {
    await this.#statusLabel(id, fits).waitFor({ state: 'attached', timeout: 60_000 });
  }

  async hasStatus(id: string, fits: RegExp): Promise<boolean> {
    return (await this.#statusLabel(id, fits).count()) > 0;
  }

  #statusLabel(id: string, fits: RegExp): Locator {
    return this.page.locator(`[id="${id}"] .red-ui-flow-node-status-label`).filter({ hasText: fits });
  }

  /** The same for a node on any tab, which is shown first. */
  async statusAnywhere(id: string, fits: RegExp): Promise<void> {
    await this.showTab(String(await this.property(id, 'z')));
    await this.status(id, fits);
  }

  async showTab(id: string): Promise<void> {
    const isNew = await this.page.evaluate((tab) => {
      const { workspaces } = (globalThis as unknown as EditorGlobal).RED;
      const before = workspaces.active();
      if (before !== tab) workspaces.show(tab);
      return before !== tab;
    }, id);
    if (isNew) await this.settled();
  }

  /** The nodes of the tab that is shown. */
  async drawn(): Promise<DrawnNode[]> {
    return this.page.evaluate(() => {
      const { nodes, workspaces } = (globalThis as unknown as EditorGlobal).RED;
      const found: DrawnNode[] = [];
      nodes.eachNode(({ id, type, z, x, y, w, h }) => {
        if (z === workspaces.active()) found.push({ id, type, z, x, y, w, h });
      });
      return found;
    });
  }

  async invoke(action: string): Promise<void> {
    await this.page.evaluate(
      (name) => (globalThis as unknown as EditorGlobal).RED.actions.invoke(name),
      action,
    );
    await this.settled();
  }

  /** Imports an example of this package, by the name of its file. */
  async importExample(name: string): Promise<void> {
    await this.invoke('core:show-examples-import-dialog');
    const dialog = this.page.locator('#red-ui-clipboard-dialog');
    const folder = dialog.locator('.red-ui-treeList-label', { hasText: '@edge-sync/node-red' }).last();
    await folder.click();
    const entry = dialog.locator('.red-ui-treeList-label', { hasText: new RegExp(`^\\s*${name}\\s*$`) });
    await entry.last().click();
    await this.page.click('#red-ui-clipboard-dialog-ok');
    await this.settled();
  }

  async picture(name: string): Promise<void> {
    await mkdir(pictures, { recursive: true });
    await this.page.screenshot({ path: join(pictures, `${name}.png`), style });
    const wanted = shown[name];
    if (!wanted || !process.env.EDGE_SYNC_PICTURES) return;
    const clip = wanted.part !== 'all' && { clip: await this.#around(parts[wanted.part]) };
    await this.page.screenshot({ path: join(docs, `${wanted.name}.png`), style, ...clip });
  }

  async #around({ from, to, lowest }: (typeof parts)['flow']): Promise<Box> {
    const boxes = async (selector: string): Promise<Box[]> => {
      const found = await this.page.locator(selector).all();
      return (await Promise.all(found.map((each) => each.boundingBox()))).filter((box) => box !== null);
    };
    const [first] = (await boxes(from)).reverse();
    const { x, y } = first ?? { x: 0, y: 0 };
    const right = Math.max(...(await boxes(to)).map((box) => box.x + box.width));
    const bottom = Math.max(...(await boxes(lowest)).map((box) => box.y + box.height)) + 30;
    const height = this.page.viewportSize()?.height ?? bottom;
    return { x, y, width: right - x, height: Math.min(bottom, height) - y };
  }

  /** Until the editor's animations are over: those that have begun, and those that it begins a little later. */
  async settled(): Promise<void> {
    await this.page.waitForTimeout(400);
    await this.page.waitForFunction(() => {
      const { $, document } = globalThis as unknown as AnimatedPage;
      const ends = document.getAnimations().map(({ effect }) => effect?.getComputedTiming().endTime);
      // Spinners and the like never end.
      return (
        $(':animated').length === 0 &&
        ends.every((end) => end === undefined || end === Number.POSITIVE_INFINITY)
      );
    });
  }
}

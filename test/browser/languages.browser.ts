import assert from 'node:assert/strict';
import axe from 'axe-core';
import type { Browser } from 'playwright-core';
import { Editor, openBrowser } from './editor';
import { type RunningNodeRed, startNodeRed } from './node-red';

const at = { z: 'tab', y: 100, wires: [] };
const service = { type: 'sync-service', organization: 'demo', edgeType: 'gateway', edgeID: 'edge1' };
/** Each node, with what its dialog shows most of. */
const flow = [
  { id: 'tab', type: 'tab', label: 'all' },
  { ...service, id: 'css', connection: 'address', side: 'cloud', address: 'http://127.0.0.1:1' },
  { ...service, id: 'ess', connection: 'local', side: 'edge' },
  {
    ...at,
    id: 'in',
    type: 'sync-in',
    service: 'ess',
    objectTypes: 'rules',
    trigger: 'webhook',
    baseURL: 'http://a',
  },
  { ...at, id: 'fetch', type: 'sync-fetch', service: 'ess', output: 'file', folder: '/tmp' },
  { ...at, id: 'consume', type: 'sync-consume', service: 'ess', mark: 'giveBack' },
  { ...at, id: 'out', type: 'sync-out', service: 'css', destination: 'node', waitFor: 'consumed' },
  { ...at, id: 'query', type: 'sync-query', service: 'css', query: 'list' },
  { ...at, id: 'admin', type: 'sync-admin', service: 'css', action: 'addToObjectACL' },
].map((node, index) => ('z' in node ? { x: 100 + 150 * (index % 4), ...node, y: 100 + 60 * index } : node));
const placed = flow.filter((node) => 'z' in node).map(({ id }) => id);

/** Of the editor, where it is another one: `dark` is Node-RED 5's own, others are packages of the user directory. */
const theme = process.env.EDGE_SYNC_TEST_THEME;

/** The part of the page that is asked here; only inside the page. */
interface DialogPage {
  getComputedStyle(element: LabelElement): { color: string; backgroundColor: string };
  document: { querySelectorAll(selector: string): Iterable<LabelElement> };
  axe: { run(within: object, options: object): Promise<{ violations: Violation[] }> };
}
interface LabelElement {
  parentElement: LabelElement | null;
  previousElementSibling: LabelElement | null;
  offsetParent: object | null;
  offsetTop: number;
  textContent: string;
  style: Record<string, string>;
  scrollWidth: number;
  clientWidth: number;
}
interface Violation {
  id: string;
  nodes: { target: string[]; html: string; failureSummary: string }[];
}

/** Labels of the open dialog that do not fit on one line, or beside their box; those of rows that are not shown now, too. */
function brokenLabels(editor: Editor): Promise<string[]> {
  return editor.page.evaluate(
    ([rows, labels, besides]) => {
      const { document } = globalThis as unknown as DialogPage;
      const hidden = Array.from(document.querySelectorAll(rows as string));
      const before = hidden.map(({ style }) => String(style.display));
      for (const { style } of hidden) style.display = 'block';
      const broken = Array.from(document.querySelectorAll(labels as string))
        .filter(({ clientWidth, scrollWidth }) => scrollWidth > clientWidth)
        .concat(
          Array.from(document.querySelectorAll(besides as string)).filter(
            ({ offsetTop, previousElementSibling }) =>
              offsetTop - (previousElementSibling?.offsetTop ?? 0) > 8,
          ),
        )
        .map(({ textContent }) => textContent.trim());
      for (const [index, { style }] of hidden.entries()) style.display = before[index] ?? '';
      return broken;
    },
    [
      '.red-ui-tray-body .form-row, .red-ui-tray-body .section-content, .red-ui-tray-body [id^="sync-"]',
      '.red-ui-tray-body .form-row > label:first-child',
      '.red-ui-tray-body .form-row > [type="checkbox"] + label',
    ],
  );
}

/** Opens what is folded away, as a user does. */
async function unfold(editor: Editor): Promise<void> {
  const folded = editor.page.locator('.red-ui-tray-body [role="button"][aria-expanded="false"]:visible');
  for (let left = await folded.count(); left > 0; left -= 1) await folded.first().press('Enter');
  await editor.settled();
}

/** What axe finds in the dialog that is open, apart from what Node-RED's own widgets make. */
async function violations(editor: Editor): Promise<string[]> {
  await editor.page.evaluate(axe.source);
  return editor.page.evaluate(async () => {
    const { axe } = globalThis as unknown as DialogPage;
    const within = {
      include: [['.red-ui-tray-body form']],
      exclude: [
        ['[id^="red-ui-trap"]'],
        ['.red-ui-editor-node-configs'],
        ['.node-input-config-env-container-row'],
      ],
    };
    const { violations } = await axe.run(within, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'],
      // Of a whole page.
      rules: { region: { enabled: false }, 'page-has-heading-one': { enabled: false } },
    });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
    );
  });
}

/** Texts of ours that cannot be read on what is behind them: below 4.5 to 1. */
function faintTexts(editor: Editor): Promise<string[]> {
  return editor.page.evaluate((selector) => {
    const { document, getComputedStyle } = globalThis as unknown as DialogPage;
    return Array.from(document.querySelectorAll(selector))
      .filter(({ offsetParent, textContent }) => offsetParent && textContent.trim() !== '')
      .flatMap((element) => {
        let behind: LabelElement | null = element;
        while (behind && /, 0\)$|^transparent$/.test(getComputedStyle(behind).backgroundColor)) {
          behind = behind.parentElement;
        }
        const colours = [
          getComputedStyle(element).color,
          getComputedStyle(behind ?? element).backgroundColor,
        ];
        const [text = 0, ground = 0] = colours.map((colour) => {
          const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? [])
            .map((part) => Number(part) / 255)
            .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
          return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
        });
        const ratio = Math.max(text, ground) / Math.min(text, ground);
        return ratio < 4.5
          ? [`${element.textContent.trim()} ${ratio.toFixed(1)} ${colours.join(' on ')}`]
          : [];
      });
  }, '.red-ui-tray-body .form-row > label, #sync-service-test-result, .red-ui-tray-body [class*="-refused"], .sync-in-hears, #sync-out-edges');
}

describe('the dialogs in every language', function () {
  // Eight dialogs, each opened and closed again as a user does.
  this.timeout(300_000);
  let browser: Browser;
  let nodeRed: RunningNodeRed;

  before(async () => {
    browser = await openBrowser();
    nodeRed = await startNodeRed(theme && theme !== 'dark' ? { editorTheme: { theme, tours: false } } : {});
    const deployed = await fetch(`${nodeRed.url}/flows`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'node-red-deployment-type': 'full' },
      body: JSON.stringify(flow),
    });
    assert.equal(deployed.status, 204);
  });
  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
  });

  for (const language of ['en-US', 'de', 'ja', 'zh-CN']) {
    it(`have labels of one line and nothing that hinders anybody: ${language}`, async () => {
      const viewport = { width: 1400, height: 1_500 };
      const editor = await Editor.open(browser, nodeRed.url, { language, viewport, dark: theme === 'dark' });
      const ground = await editor.ground();
      assert.equal(ground < 0.35, theme !== undefined, `the editor has a ground of ${ground}`);
      const [broken, hindering]: [Record<string, string[]>, Record<string, string[]>] = [{}, {}];
      const look = async (name: string): Promise<void> => {
        await unfold(editor);
        await editor.picture(`${language} ${name}`);
        const labels = await brokenLabels(editor);
        // It is about the same elements in all of them.
        const found = language === 'en-US' ? await violations(editor) : [];
        if (labels.length > 0) broken[name] = labels;
        if (language === 'en-US') found.push(...(await faintTexts(editor)));
        if (found.length > 0) hindering[name] = found;
      };
      for (const id of placed) {
        await editor.openDialog(id);
        await look(id);
        if (id === 'in' || id === 'out') {
          await editor.editService();
          if (language === 'en-US') await editor.testConnection();
          await look(id === 'in' ? 'local service' : 'service');
          await editor.cancelService();
        }
        await editor.cancelDialog();
      }
      assert.deepEqual(broken, {});
      assert.deepEqual(hindering, {});
      assert.deepEqual(editor.failures, []);
      await editor.close();
    });
  }
});

// Pictures of the map's pages, to look at: light, dark, details, big, phone, print.
//   node shots.mjs FOLDER-WITH-PAGES FOLDER-FOR-PICTURES [README-PICTURE.png]
import { openBrowser, page as open } from "./browser.mjs";

const [pages, out, readme] = process.argv.slice(2);
const browser = await openBrowser();
const shot = async (name, of, options = {}, then = async () => {}) => {
  const page = await open(browser, `${pages}/${of}.html`, options);
  await then(page);
  await page.waitForTimeout(250);
  await page.screenshot({ path: `${out}/${name}.png`, fullPage: options.full ?? true });
  await page.context().close();
};
const first = (selector) => (page) => page.locator(selector).first().click();
await shot("light", "shop");
await shot("dark", "shop", { colorScheme: "dark" });
await shot("details", "shop", { full: false, viewport: { width: 1440, height: 1400 } }, first('[data-n="f0"]'));
await shot("link", "shop", { full: false, colorScheme: "dark", viewport: { width: 1440, height: 1400 } },
  async (page) => { await first('.place[data-n^="p"]')(page); await first("#details li button")(page); });
await shot("big", "big", { full: false, viewport: { width: 1440, height: 2600 } });
await shot("big-focus", "big", { full: false, viewport: { width: 1440, height: 2600 } }, first(".head"));
await shot("all", "all", { full: false, viewport: { width: 1440, height: 2600 } });
await shot("hostile", "hostile");
await shot("empty", "empty");
await shot("phone", "shop", { viewport: { width: 390, height: 844 } });
await shot("ledger", "ledger").catch(() => {});
for (const name of ["shop", "big"]) {
  const page = await open(browser, `${pages}/${name}.html`, {});
  await page.pdf({ path: `${out}/print-${name}.pdf`, preferCSSPageSize: true });
  await page.context().close();
}
if (readme) {
  // The picture of the README: what leaves as plaintext, and the map.
  const page = await open(browser, `${pages}/ledger.html`, { viewport: { width: 1180, height: 900 } });
  await page.evaluate(() => {
    for (const own of document.querySelectorAll(".legend, .filters, .tools")) own.remove();
  });
  const end = await page.locator("#map").boundingBox();
  await page.screenshot({ path: readme, fullPage: true,
    clip: { x: 0, y: 0, width: 1180, height: Math.ceil(end.y + end.height) } });
}
await browser.close();

// Chromium without a network, and pages that report what they should not do.
import { pathToFileURL } from "node:url";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";

// playwright-core is installed beside the pages, not beside this file.
const { chromium } = createRequire(`${process.cwd()}/`)("playwright-core");

export async function openBrowser() {
  const found = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome"].find((path) => path && existsSync(path));
  if (!found) throw new Error("there is no chromium; name one in CHROMIUM");
  return chromium.launch({
    executablePath: found,
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

/** Opens a file. `page.problems` lists console messages, errors and requests but the file's own. */
export async function page(browser, file, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const address = pathToFileURL(file).href;
  page.problems = [];
  page.on("console", (message) => page.problems.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => page.problems.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => { page.problems.push("a dialog"); dialog.dismiss(); });
  page.on("request", (request) => {
    if (request.url() !== address) page.problems.push(`request: ${request.url()}`);
  });
  await page.goto(address);
  await page.waitForSelector("html[data-ready=yes]");
  return page;
}

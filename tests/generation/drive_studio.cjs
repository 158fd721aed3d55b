// Uses the studio page in a real browser as a person does, and prints what it showed as one line of JSON.
// node drive_studio.cjs PLAYWRIGHT CHROMIUM URL PROMPT SEED

const [playwright, executablePath, url, prompt, seed] = process.argv.slice(2);
const { chromium } = require(playwright);

const FLAGS = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const PATIENCE_MS = 120_000;

async function main() {
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  const page = await browser.newPage();
  const complaints = [];
  const foreign = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (line) => line.type() === "error" && complaints.push(line.text()));
  page.on("request", (one) => /^(blob|data):/.test(one.url()) || one.url().startsWith(url) || foreign.push(one.url()));

  await page.goto(url);
  await page.fill("#prompt", prompt);
  await page.fill("#seed", seed);
  await page.click("#generate");
  await page.waitForSelector("#video:not([hidden])", { timeout: PATIENCE_MS });
  await page.waitForFunction(() => document.getElementById("video").videoWidth > 0, { timeout: PATIENCE_MS });
  const shown = await page.evaluate(() => ({
    said: document.getElementById("said").textContent,
    elementsInSaid: document.getElementById("said").childElementCount,
    understood: document.getElementById("understood").textContent,
    seed: document.getElementById("used-seed").textContent,
    width: document.getElementById("video").videoWidth,
  }));
  const [download] = await Promise.all([page.waitForEvent("download"), page.click('[data-format="spz"]')]);
  shown.file = download.suggestedFilename();

  await page.fill("#seed", "99999999999".slice(0, 10)); // matches the field's pattern, above the greatest seed
  await page.click("#generate");
  await page.waitForSelector("#problem:not([hidden])", { timeout: PATIENCE_MS });
  shown.problem = await page.textContent("#problem");
  await browser.close();
  process.stdout.write(JSON.stringify({ ...shown, complaints, foreign }));
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});

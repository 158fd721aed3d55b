// Uses the studio page in a real browser as a person does, and prints what it showed as one line of JSON.
// node drive_studio.cjs PLAYWRIGHT CHROMIUM URL PROMPT SEED UNFINISHED
// UNFINISHED is the address of a service whose jobs show what there is, and never end.

const [playwright, executablePath, url, prompt, seed, unfinished] = process.argv.slice(2);
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
  shown.unfinished = await watchUnfinished(await browser.newPage());
  await browser.close();
  process.stdout.write(JSON.stringify({ ...shown, complaints, foreign }));
}

async function watchUnfinished(page) {
  const faults = [];
  page.on("pageerror", (error) => faults.push(error.message));
  const previewWidth = () => document.getElementById("preview").naturalWidth;
  const looks = () => document.getElementById("preview").dataset.look;
  const box = () => {
    const { width, height } = document.getElementById("preview").getBoundingClientRect();
    return [width, height, document.getElementById("progress").getBoundingClientRect().top];
  };

  await page.goto(unfinished);
  await page.fill("#prompt", prompt);
  await page.click("#generate");
  await page.waitForSelector("#preview:not([hidden])", { timeout: PATIENCE_MS });
  await page.waitForFunction(previewWidth, { timeout: PATIENCE_MS });
  const seen = { alt: await page.getAttribute("#preview", "alt"), boxes: [await page.evaluate(box)] };
  const first = await page.evaluate(looks);
  await page.waitForFunction((old) => document.getElementById("preview").dataset.look !== old, first, {
    timeout: PATIENCE_MS,
  });
  seen.boxes.push(await page.evaluate(box));
  await page.click("#cancel");
  await page.waitForSelector("#work", { state: "hidden", timeout: PATIENCE_MS });
  seen.after = await page.evaluate(() => [
    document.getElementById("preview").hidden,
    document.getElementById("preview").hasAttribute("src"),
  ]);
  return { ...seen, faults };
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});

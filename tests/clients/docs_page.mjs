// Opens the page at /docs in a real browser, makes one call from it, and prints what it saw as JSON.
// Usage: node docs_page.mjs PATH_OF_PLAYWRIGHT PATH_OF_CHROMIUM BASE_URL SCREENSHOT

const [playwright, executablePath, baseURL, screenshot] = process.argv.slice(2);
const { chromium } = await import(playwright);

const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
});
const page = await browser.newPage({ viewport: { width: 1200, height: 1400 } });
const foreign = [];
const complaints = [];
page.on("request", (request) => {
  const url = request.url();
  if (!url.startsWith(baseURL) && !url.startsWith("data:")) foreign.push(url);
});
page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
page.on("pageerror", (error) => complaints.push(String(error)));

await page.goto(`${baseURL}/docs`);
const operations = page.locator(".opblock");
await operations.first().waitFor();
const list = page.locator(".opblock", { hasText: "List all jobs" }).first();
await list.locator(".opblock-summary").click();
await list.locator("button.execute").click();
const answer = list.locator(".live-responses-table tbody .response-col_status").first();
await answer.waitFor();
const body = await list.locator(".live-responses-table pre").first().innerText();
await page.screenshot({ path: screenshot });
console.log(
  JSON.stringify({
    title: await page.title(),
    operations: await operations.count(),
    status: (await answer.innerText()).trim().slice(0, 3),
    body,
    foreign,
    complaints,
  }),
);
await browser.close();

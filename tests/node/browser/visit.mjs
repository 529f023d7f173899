// A visit of a browser: Chromium without a screen, which tells what it was kept from doing and what is hard to use.
//
// A script of this folder is a story about a person: it is started with the folder that has the packages, reads a plan from
// standard input, and writes to standard output what was seen. What it means is judged by the caller (tests/blackbox/browser).
// Every plan has
//     {"browser": path of Chromium, "javascript": true | false, "language": "en-US", ...}
// and every answer
//     {"pages": [{"name", "address", "title", "language", "text", "faults"}, ...], "violations": [...], "told": {...}}
// where "faults" are those of `axe-core` that are serious (none are looked for without JavaScript: it is itself a script), and
// "violations" are what the policies of pages forbade, as the page's own event and as the browser's console say it.

import { createRequire } from "node:module";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";

const require = createRequire(`${process.argv[2]}/`);
const { chromium } = require("playwright-core");
const axe = require("axe-core").source;

// Nobody is waited for longer: the machine may be busy.
const PATIENCE_MS = 60_000;

/** Plays a story: `story(visit, plan)`; what it gives is `told` to the caller. */
export async function play(story) {
  const plan = JSON.parse(await text(process.stdin));
  const browser = await chromium.launch({
    executablePath: plan.browser,
    timeout: PATIENCE_MS,
    args: [
      "--no-sandbox",
      "--no-proxy-server",
      // The world outside is not there: only this machine is.
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    ],
  });
  const visit = await Visit.begin(browser, plan);
  let told;
  try {
    told = (await story(visit, plan)) ?? {};
  } catch (error) {
    const page = await visit.page.content().catch(() => "no page");
    throw new Error(`${error.stack}\nat ${visit.page.url()}:\n${page}`);
  } finally {
    await browser.close();
  }
  console.log(JSON.stringify({ pages: visit.pages, violations: visit.violations, told }));
}

/** What one person does and sees. */
class Visit {
  pages = [];
  violations = [];

  static async begin(browser, plan) {
    const visit = new Visit();
    visit.plan = plan;
    visit.context = await browser.newContext({ javaScriptEnabled: plan.javascript, locale: plan.language });
    visit.context.setDefaultTimeout(PATIENCE_MS);
    await visit.context.exposeBinding("toldOfViolation", (_, directive) => visit.violations.push(`event: ${directive}`));
    await visit.context.addInitScript(() => {
      addEventListener("securitypolicyviolation", (event) => {
        globalThis.toldOfViolation(`${event.effectiveDirective} ${event.blockedURI} on ${event.documentURI}`);
      });
    });
    visit.context.on("console", (message) => {
      if (/content[- ]security[- ]policy/i.test(message.text())) visit.violations.push(`console: ${message.text()}`);
    });
    visit.page = await visit.context.newPage();
    // One for all: at the end of any, the browser forgets the devices that it plays.
    visit.devtools = await visit.context.newCDPSession(visit.page);
    return visit;
  }

  /** Opens an address. */
  async open(address) {
    return this.page.goto(address);
  }

  /** Fills in fields, by their labels. */
  async fill(fields) {
    for (const [label, value] of Object.entries(fields)) {
      await this.page.getByLabel(label, { exact: true }).fill(value);
    }
  }

  /** Presses a button, by its label, and waits for the page that comes of it. */
  async press(label) {
    await Promise.all([
      this.page.waitForEvent("load"),
      this.page.getByRole("button", { name: label, exact: true }).click(),
    ]);
  }

  /** Keeps what is on the page. */
  async look(name) {
    const page = this.page;
    const seen = {
      name,
      address: page.url(),
      title: await page.title(),
      language: await page.locator("html").getAttribute("lang").then((tag) => tag ?? ""),
      text: await page.locator("main").innerText(),
      faults: this.plan.javascript ? await this.faults() : [],
    };
    this.pages.push(seen);
    return seen;
  }

  // Looks for what is hard to use, in light and in dark colours.
  async faults() {
    const found = [];
    for (const colorScheme of ["light", "dark"]) {
      await this.page.emulateMedia({ colorScheme });
      found.push(...(await this.checked()).map((fault) => `${colorScheme}: ${fault}`));
    }
    await this.page.emulateMedia({ colorScheme: null });
    return found;
  }

  // The checker comes in by the debugger, which no policy of a page holds back.
  async checked() {
    await this.devtools.send("Runtime.evaluate", { expression: axe });
    const run = "axe.run(document, { preload: false, resultTypes: ['violations'] }).then((found) => JSON.stringify(found))";
    const ran = await this.devtools.send("Runtime.evaluate", { expression: run, awaitPromise: true, returnByValue: true });
    if (ran.exceptionDetails) throw new Error(JSON.stringify(ran.exceptionDetails));
    const found = JSON.parse(ran.result.value);
    if (found.testEngine.name !== "axe-core") throw new Error("nothing was checked");
    return found.violations
      .filter((fault) => ["serious", "critical"].includes(fault.impact))
      .map((fault) => `${fault.impact}: ${fault.id}: ${fault.nodes.map((node) => node.html).join(" ")}`);
  }

  /** Makes the first account on the page of the link that the server wrote. */
  async setUp(name, password) {
    await this.fill({ Name: name, Password: password, "The same password again": password });
    await this.press("Create the account");
  }

  /** Signs in on the page that asks for it. */
  async signIn(name, password, code = "") {
    await this.fill({ Name: name, Password: password, "Code of your authenticator app": code });
    await this.press("Sign in");
  }

  /** The cookies that the browser keeps. */
  async cookies() {
    const all = await this.context.cookies();
    return all.map(({ name, httpOnly, sameSite, secure, path }) => ({ name, httpOnly, sameSite, secure, path }));
  }
}

/** A site of somebody else on this machine: `answers[path]` is a page, every other path an empty one. */
export async function site(answers) {
  const server = createServer((request, response) => {
    const [kind, body, headers] = answers[request.url.split("?")[0]] ?? ["text/html", "<title>empty</title>", {}];
    response.writeHead(200, { "content-type": kind, ...headers }).end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: server.address().port, close: () => (server.closeAllConnections(), server.close()) };
}

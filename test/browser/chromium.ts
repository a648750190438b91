import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";

const EXECUTABLE = "/usr/bin/chromium";
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A page, and the errors on its console. */
export interface OpenPage {
  readonly page: Page;
  readonly errors: readonly string[];
}

/** A Chromium with a new profile that runs during the tests of a file. */
export class Chromium {
  readonly #profile = mkdtempSync(join(tmpdir(), "timberline-chromium-"));
  #context: BrowserContext | null = null;

  async start(): Promise<void> {
    if (!existsSync(EXECUTABLE))
      throw new Error(`There is no ${EXECUTABLE}: apt-get update && apt-get install -y chromium`);
    const options = { executablePath: EXECUTABLE, args: FLAGS, headless: true };
    this.#context = await chromium.launchPersistentContext(this.#profile, options);
  }

  async stop(): Promise<void> {
    await this.#context?.close();
    rmSync(this.#profile, { recursive: true });
  }

  /** A new page at `url`. */
  async open(url: string): Promise<OpenPage> {
    if (this.#context === null) throw new Error("the browser does not run");
    const page = await this.#context.newPage();
    const errors: string[] = [];
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    page.on("pageerror", ({ message }) => errors.push(message));
    await page.goto(url);
    return { page, errors };
  }
}

/** Starts Chromium before the tests of this file, and stops it after them. */
export function useChromium(): Chromium {
  const browser = new Chromium();
  beforeAll(() => browser.start());
  afterAll(() => browser.stop());
  return browser;
}

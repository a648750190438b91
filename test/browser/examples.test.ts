import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { useScene } from "./scene.ts";

const scene = await useScene("hello");
const text = readFileSync(join(import.meta.dirname, "../../docs/browsers.md"), "utf8");
const examples = [...text.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code ?? "");

/** The console output of each example, in order. */
const said = ["save go on at 1", "0 save", "1 by socket"];

test("the examples of docs/browsers.md work", async () => {
  expect(examples).toHaveLength(said.length);
  for (const [at, example] of examples.entries()) {
    const { page, errors } = await scene.browser.open(scene.allowed);
    const line = page.waitForEvent("console", (message) => message.type() === "log");
    const { host } = new URL(scene.sessions());
    const code = example
      .replace("https://log.example", `http://${host}`)
      .replace("wss://log.example", `ws://${host}`);
    const given = `const token = ${JSON.stringify(await scene.token("hello"))}; const freshToken = async () => token;`;
    await page.evaluate(`(async () => { ${given} ${code} })()`);
    expect((await line).text()).toBe(said[at]);
    expect(errors).toEqual([]);
    await page.close();
  }
});

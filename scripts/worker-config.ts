import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { UsageError } from "./options.ts";

const config = readFileSync(fileURLToPath(new URL("../wrangler.toml", import.meta.url)), "utf8");

/** The deployed Worker's compatibility date, so that it behaves here as in deployment. */
export function compatibilityDate(): string {
  const date = /^compatibility_date = "(.+)"$/m.exec(config)?.[1];
  if (date === undefined) throw new Error("wrangler.toml has no compatibility_date");
  return date;
}

/** The names of the Worker's variables: those with a value in wrangler.toml, and those that its comments list. */
export function variableNames(): readonly string[] {
  const names = config.matchAll(/^(?:# {3})?([A-Z][A-Z_]+)(?: = | {2,}\S)/gm);
  return Array.from(names, ([, name = ""]) => name);
}

/** Variables given as `NAME=VALUE`; throws `UsageError` for names that the Worker does not have. */
export function variablesOf(given: readonly string[]): Readonly<Record<string, string>> {
  const known = variableNames();
  return Object.fromEntries(
    given.map((text) => {
      const [, name = "", value = ""] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
      if (name === "") throw new UsageError(`--var takes NAME=VALUE, not "${text}"`);
      if (!known.includes(name))
        throw new UsageError(`There is no variable ${name}: --var takes ${known.join(", ")}`);
      return [name, value];
    }),
  );
}

import { build, stop } from "esbuild";

/** Bundles a Worker's entry point into one module, as it is deployed but for names and lines kept readable. */
export async function bundleWorker(entryPoint: string): Promise<string> {
  const result = await build({
    entryPoints: [entryPoint],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    mainFields: ["browser", "module", "main"],
    external: ["cloudflare:*"],
    logLevel: "silent",
  });
  // It keeps a process of its own for the next build.
  await stop();
  const [output] = result.outputFiles;
  if (output === undefined) throw new Error(`Nothing came out of bundling ${entryPoint}`);
  return output.text;
}

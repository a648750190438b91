import { build, stop } from "esbuild";

/** Bundles a Worker's entry point into one module, as for deployment, but with readable names and lines. */
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
  // esbuild keeps a process running for the next build.
  await stop();
  const [output] = result.outputFiles;
  if (output === undefined) throw new Error(`Nothing came out of bundling ${entryPoint}`);
  return output.text;
}

import { createApp } from "./api/app.ts";
import { objectNodes } from "./api/object-nodes.ts";

export { TimberlineNode } from "./node/durable-object.ts";

export default createApp({
  nodes: (env) => objectNodes(env.NODES),
  now: () => Date.now(),
  random: () => Math.random(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
});

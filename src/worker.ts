import { createWholeApp } from "./app.ts";
import { createApi } from "./routing/context.ts";
import { objectNodes } from "./routing/object-nodes.ts";

export { TimberlineNode } from "./sessions/timberline-node.ts";
export { TimberlineDeliverer } from "./streams/subscriptions/deliverer.ts";

const api = createApi({
  nodes: (env) => objectNodes(env.NODES),
  now: () => Date.now(),
  random: () => Math.random(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
});

export default createWholeApp(api);

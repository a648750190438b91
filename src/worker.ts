import { createApi } from "./api/app.ts";
import { objectNodes } from "./api/object-nodes.ts";
import { createWholeApp } from "./app.ts";

export { TimberlineNode } from "./api/timberline-node.ts";
export { TimberlineDeliverer } from "./streams/subscriptions/deliverer.ts";

const api = createApi({
  nodes: (env) => objectNodes(env.NODES),
  now: () => Date.now(),
  random: () => Math.random(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
});

export default createWholeApp(api);

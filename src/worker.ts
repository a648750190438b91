import { createApi, createApp } from "./api/app.ts";
import { objectNodes } from "./api/object-nodes.ts";
import { streamRoutes } from "./streams/routes.ts";

export { TimberlineNode } from "./api/timberline-node.ts";
export { TimberlineDeliverer } from "./streams/subscriptions/deliverer.ts";

const api = createApi({
  nodes: (env) => objectNodes(env.NODES),
  now: () => Date.now(),
  random: () => Math.random(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
});
const app = createApp(api);
streamRoutes(app, api);

export default app;

import type { ProblemKind } from "./problem-kind.ts";

/** Problems of WebSockets. */
export const sessionProblems = {
  "tail-refused": {
    status: 409,
    title: "The session can't have this tail",
    description:
      "It has a tail with this number, or the most tails that it may have. End one, or use another number. Nothing happened.",
  },
  "upgrade-required": {
    status: 426,
    title: "The route accepts only WebSockets",
    description:
      "Send `Upgrade: websocket`, and `Sec-WebSocket-Protocol: timberline.v1` or none. A sub-protocol that carries a token needs `timberline.v1` beside it. Nothing happened.",
  },
} as const satisfies Readonly<Record<string, ProblemKind>>;

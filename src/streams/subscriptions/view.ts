import type { z } from "@hono/zod-openapi";
import { formatOffset } from "../offset.ts";
import { type EndsByPath, type LinkInfo, linkInfos, linkType } from "./links.ts";
import type { StreamInfo, subscriptionOutput } from "./output.ts";
import type { Subscription } from "./state.ts";

/** The streams with their present ends. */
export function currentStreams({ links }: Subscription, ends: EndsByPath): StreamInfo[] {
  return linkInfos(links, ends).map(streamInfo);
}

/** The streams as the wake in flight reports them: `{"done": true}` acknowledges that much, and no more. */
export function wokenStreams({ links }: Subscription): StreamInfo[] {
  return links.map((link) =>
    streamInfo({ ...link, linkType: linkType(link), hasPending: link.tail > link.acked }),
  );
}

/** The URL below which workers reach a subscription. */
export function subscriptionUrl({ streamRoot, id }: Subscription): string {
  return `${streamRoot}/__ds/subscriptions/${encodeURIComponent(id)}`;
}

/** The URL of the public keys of a stream root. */
function jwksUrl(streamRoot: string): string {
  return `${streamRoot}/__ds/jwks.json`;
}

/** A subscription, as shown to clients (§6.3). `kid` is that of the signing key, null without webhooks. */
export function subscriptionOf(
  subscription: Subscription,
  kid: string | null,
): z.infer<typeof subscriptionOutput> {
  const { id, configuration, links, lacksRoom, createdAt, retry, streamRoot } = subscription;
  const { type, pattern, webhookUrl, wakeStream, leaseTtlMs, description } = configuration;
  const signing =
    kid === null ? {} : { signing: { alg: "ed25519" as const, kid, jwks_url: jwksUrl(streamRoot) } };
  return {
    id,
    subscription_id: id,
    type,
    pattern,
    streams: links.map((link) => ({
      path: link.path,
      link_type: linkType(link),
      acked_offset: formatOffset(link.acked),
    })),
    streams_complete: !lacksRoom,
    webhook: webhookUrl === null ? null : { url: webhookUrl, ...signing },
    wake_stream: wakeStream,
    lease_ttl_ms: leaseTtlMs,
    created_at: new Date(createdAt).toISOString(),
    status: retry === null ? "active" : "failed",
    description,
  };
}

function streamInfo({ path, linkType, acked, tail, hasPending }: LinkInfo): StreamInfo {
  return {
    path,
    link_type: linkType,
    acked_offset: formatOffset(acked),
    tail_offset: formatOffset(tail),
    has_pending: hasPending,
  };
}

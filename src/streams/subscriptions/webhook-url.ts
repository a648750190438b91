import ipaddr from "ipaddr.js";

const lengthMax = 2_048;

/** Names of local networks (RFC 6761, RFC 6762, RFC 8375), and of cloud metadata services. */
const localDomains = ["localhost", "local", "internal", "localdomain", "home.arpa"];

/** The assigned IPv6 unicast addresses (RFC 4291 §2.4, the registry of IANA). */
const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");

/**
 * Why a webhook must not have this address; null if it may (Durable Streams §6.2, §12.8). A name is not resolved,
 * because its address may change before it is called. `isLocal`: `http://localhost` and `http://127.0.0.x` are allowed
 * too.
 */
export function webhookUrlFault(text: string, isLocal: boolean): string | null {
  const url = text.length <= lengthMax ? URL.parse(text) : null;
  if (url === null) return `must be an absolute URL of at most ${lengthMax} characters`;
  if (!text.isWellFormed()) return "must be Unicode";
  if (url.username !== "" || url.password !== "") return "must not carry credentials";
  const host = url.hostname.replace(/\.+$/, "");
  if (url.protocol === "http:" && isLocal && isDevelopmentHost(host)) return null;
  if (url.protocol !== "https:") return "must use https";
  const address = host.replace(/^\[(.*)\]$/, "$1");
  if (ipaddr.isValid(address))
    return isPublicAddress(address) ? null : "must not name an address that is not public";
  return isPublicName(host) ? null : "must not name a host of a local network";
}

function isDevelopmentHost(host: string): boolean {
  return host === "localhost" || /^127\.0\.0\.[0-9]{1,3}$/.test(host);
}

/** IPv4 addresses inside IPv6 addresses are not plain unicast addresses, or lie outside of the assigned range. */
function isPublicAddress(text: string): boolean {
  const address = ipaddr.parse(text);
  const isGivenOut = address instanceof ipaddr.IPv4 || address.match(globalUnicast);
  return isGivenOut && address.range() === "unicast";
}

function isPublicName(host: string): boolean {
  const isLocalName = localDomains.some((domain) => host === domain || host.endsWith(`.${domain}`));
  return host.includes(".") && !isLocalName;
}

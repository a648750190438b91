/** Names (RFC 6761 §6.3) and addresses of the machine itself. */
const loopbackHost = /^(?:(?:[^.]+\.)*localhost|127(?:\.\d+){3}|\[::1\])$/;

/** Whether a URL, or an origin, belongs to the machine itself. */
export function isLoopback(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && loopbackHost.test(url.hostname);
}

/** Problems for which the protocol has a name. */
const invalid: readonly string[] = ["invalid-request", "invalid-body"];

/** The name of a kind of problem, as the code of a refusal. */
export function problemCode(name: string): string {
  return invalid.includes(name) ? "INVALID_REQUEST" : name.replaceAll("-", "_").toUpperCase();
}

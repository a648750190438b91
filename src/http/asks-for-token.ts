/** Each of these admits the bearers of some tokens. */
const admitting = [
  "ADMIN_TOKEN",
  "ADMIN_TOKEN_PREVIOUS",
  "JWT_SECRET",
  "JWT_SECRET_PREVIOUS",
  "JWKS_URL",
] as const;

/** The variables that turn authorization on; an empty one is as good as none. */
export type AdmittingVars = { readonly [Name in (typeof admitting)[number]]?: string };

/** Whether there are tokens, so that nothing is served without one. */
export function asksForToken(vars: AdmittingVars): boolean {
  return admitting.some((name) => Boolean(vars[name]));
}

/** Each of these variables makes some tokens valid. */
const admitting = [
  "ADMIN_TOKEN",
  "ADMIN_TOKEN_PREVIOUS",
  "JWT_SECRET",
  "JWT_SECRET_PREVIOUS",
  "JWKS_URL",
] as const;

/** The variables that turn authorization on. An empty one counts as unset. */
export type AdmittingVars = { readonly [Name in (typeof admitting)[number]]?: string };

/** Whether requests need a token. */
export function asksForToken(vars: AdmittingVars): boolean {
  return admitting.some((name) => Boolean(vars[name]));
}

/** One kind of problem, as it is documented at its `type`. */
export interface ProblemKind {
  readonly status:
    | 400
    | 401
    | 403
    | 404
    | 405
    | 406
    | 408
    | 409
    | 410
    | 412
    | 413
    | 415
    | 416
    | 422
    | 426
    | 500
    | 503;
  readonly title: string;
  /** Its meaning, the effect of the request, and what to do. */
  readonly description: string;
  /** Seconds after which a retry makes sense. */
  readonly retryAfterS?: number;
}

/** The body of every answer of 400 and above, where the route speaks JSON. */
export interface ErrorResponse {
  readonly message: string
}

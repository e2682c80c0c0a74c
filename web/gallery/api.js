// The public API: the only thing that the gallery knows of the system.

/** An answer that is an error; `message` is the problem's own sentence. */
export class ApiError extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/** Read JSON from below /v1; `params` without empty values become the query. */
export async function read(path, params, signal) {
  const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value));
  const response = await fetch(`/v1${path}?${query}`, { signal, headers: { accept: "application/json" } });
  const body = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new ApiError(response.status, body.detail ?? `The server answered ${response.status}.`);
  }
  return body;
}

// Send the form of a button as the browser would, without leaving the page. With `keepalive` it
// arrives also when the page is left at once; browsers allow that for small forms alone.
export async function post(action, form, submitter, { keepalive = false } = {}) {
  const body = new URLSearchParams(new FormData(form, submitter));
  const headers = { "HX-Request": "true" };
  return await fetch(action, { method: "POST", body, headers, keepalive });
}

// A sign-in that has ended leads to the page where it begins again.
export function leftForSignIn(answer) {
  const elsewhere = answer.headers.get("HX-Redirect");
  if (elsewhere) location.assign(elsewhere);
  return Boolean(elsewhere);
}

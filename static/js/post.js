// Send the form of a button as the browser would, without leaving the page.
export async function post(action, form, submitter) {
  const body = new URLSearchParams(new FormData(form, submitter));
  return await fetch(action, { method: "POST", body, headers: { "HX-Request": "true" } });
}

// A sign-in that has ended leads to the page where it begins again.
export function leftForSignIn(answer) {
  const elsewhere = answer.headers.get("HX-Redirect");
  if (elsewhere) location.assign(elsewhere);
  return Boolean(elsewhere);
}

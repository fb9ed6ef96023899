/** Sending a form of the session from the script. */

/** Sends fields; gives whether they were taken. A session that has ended leads to the page to sign in. */
export async function post(address: string, csrf: string, fields: Record<string, string>): Promise<"done" | "signed_out" | "failed"> {
  try {
    const body = new URLSearchParams({ ...fields, csrf });
    const response = await fetch(address, { method: "POST", body, headers: { "X-Reeve-Background": "1" } });
    if (response.redirected) return "signed_out";
    return response.ok ? "done" : "failed";
  } catch {
    return "failed";
  }
}

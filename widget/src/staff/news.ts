/** The line in which a page tells what happened while it was open; screen readers read it out. */

export function tell(text: string, link?: { name: string; address: string }): void {
  const line = document.getElementById("news");
  if (line === null) return;
  line.hidden = false;
  line.textContent = text;
  if (link !== undefined) {
    const anchor = document.createElement("a");
    anchor.href = link.address;
    anchor.textContent = link.name;
    line.append(" ", anchor);
  }
}

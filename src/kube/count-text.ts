/** `14208` → `14,208`, whatever the machine's language (and without the 18 ms that making a number format takes). */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

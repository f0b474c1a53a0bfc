/** The tables that the build takes in: CSV with a line of names, each row on one line. */

export type Row = Readonly<Record<string, string>>;

export function rowsOf(csv: string): Row[] {
  const [head = "", ...lines] = csv.trim().split(/\r?\n/);
  const names = cellsOf(head);
  return lines.map((line) => Object.fromEntries(cellsOf(line).map((cell, i) => [names[i] ?? "", cell])));
}

/** A cell with a comma in it stands between quotation marks, and one of its own is written twice. */
const cellsOf = (line: string): string[] =>
  [...`${line},`.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*)),/g)].map(([, quoted, plain = ""]) => quoted?.replaceAll('""', '"') ?? plain);

/** The rows by one of their columns, which names each. */
export const rowsBy = (csv: string, key: string): ReadonlyMap<string, Row> => new Map(rowsOf(csv).map((row) => [row[key] ?? "", row]));

/** What a row has in a column; a table without it is a fault of the build. */
export function cell(row: Row | undefined, column: string): string {
  const text = row?.[column];
  if (text === undefined) throw new Error(`no ${column}`);
  return text;
}

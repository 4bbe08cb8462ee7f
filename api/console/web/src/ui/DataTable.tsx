import type { ReactNode } from "react";

export interface Column<T> {
  heading: string;
  cell: (row: T) => ReactNode;
  isNumber?: boolean;
}

interface Props<T> {
  caption: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string;
  empty: string;
}

/** Stands for a name that is still being read: a row without a heading says nothing to who cannot see it. */
const AWAITED = "…";

/** A table with its caption; the first column names the row. */
export function DataTable<T>({ caption, columns, rows, keyOf, empty }: Props<T>) {
  return (
    <section className="card">
      <h3>{caption}</h3>
      {rows.length === 0 ? (
        <p className="hint">{empty}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys
        <div className="scrolling-table" role="region" tabIndex={0} aria-label={caption}>
          <table aria-label={caption}>
            <thead>
              <tr>
                {columns.map(({ heading, isNumber }) => (
                  <th key={heading} scope="col" className={isNumber ? "number" : ""}>
                    {heading}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={keyOf(row)}>
                  {columns.map(({ heading, cell, isNumber }, index) =>
                    index === 0 ? (
                      <th key={heading} scope="row">
                        {cell(row) || AWAITED}
                      </th>
                    ) : (
                      <td key={heading} className={isNumber ? "number" : ""}>
                        {cell(row)}
                      </td>
                    ),
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

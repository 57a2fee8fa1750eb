/** How lists are cut into pages. */
export interface Paging {
  /** Items a page; all of them unless said. */
  readonly size?: number;
  /** Misbehaves: from the first token on every page ends with that same token. */
  readonly repeats?: true;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins; `undefined` at the end. */
  readonly token: string | undefined;
}

/** The page after `token` (`""` is the first one), or nothing where no page ever ended with that token. */
export function pageOf<T>(
  all: readonly T[],
  token: string,
  tokenOf: (last: T) => string,
  { size = Infinity, repeats }: Paging,
): Page<T> | undefined {
  const after = token === "" ? -1 : all.findIndex((item) => tokenOf(item) === token);
  if (token !== "" && after === -1) return undefined;
  const items = all.slice(after + 1, after + 1 + size);
  const atEnd = after + 1 + items.length >= all.length;
  const last = repeats === true ? all[size - 1] : items.at(-1);
  return { items, token: last === undefined || (atEnd && repeats !== true) ? undefined : tokenOf(last) };
}
